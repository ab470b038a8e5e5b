/**
 * One step of hmmlearn's variational models (0.3.3), written down again from its formulas on plain lists, every path one by one: posteriors after the
 * step, and the lower bound before it. hmmlearn leaves log 2π out of Gaussian bounds.
 */
import { describe, expect, it } from 'vitest';
import { digamma } from '../emissions/special/digamma.js';
import { logGamma } from '../emissions/special/log-gamma.js';
import { finish } from '../expectation-maximisation.js';
import { observations } from '../observations.js';
import { VariationalCategorical } from './categorical.js';
import { VariationalGaussian } from './gaussian.js';
import { VariationalHMM } from './variational-hmm.js';

const K = 2;
const states = [0, 1];
const chain = {
  ...{ startPrior: [0.5, 0.7], startPosterior: [1.5, 2.2] },
  ...{ transPrior: [0.5, 0.3, 0.4, 0.6], transPosterior: [3.5, 1.3, 2.4, 4.6] },
};
type Table = readonly number[];
const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
const row = (table: Table, k: number, size = table.length / K) => table.slice(k * size, (k + 1) * size);
const subnormal = (alphas: Table) => alphas.map((alpha) => digamma(alpha) - digamma(sum(alphas)));
const dirichletKL = (q: Table, p: Table) =>
  logGamma(sum(q)) -
  logGamma(sum(p)) -
  sum(q.map((_, j) => logGamma(q[j]!) - logGamma(p[j]!))) +
  sum(subnormal(q).map((log, j) => (q[j]! - p[j]!) * log));

/** Sums over all paths of the sequences, from log scores of rows [N][K]. */
function expectations(frames: readonly Table[], lengths: Table) {
  const [logStart, logMoves] = [
    subnormal(chain.startPosterior),
    states.map((k) => subnormal(row(chain.transPosterior, k))),
  ];
  const out = { logProb: 0, start: [0, 0], moves: [0, 0, 0, 0], posteriors: frames.map(() => [0, 0]) };
  let first = 0;
  for (const T of lengths) {
    const paths = Array.from({ length: K ** T }, (_, i) =>
      Array.from({ length: T }, (_, t) => Math.floor(i / K ** t) % K),
    );
    const weight = (path: Table) =>
      Math.exp(
        sum(path.map((k, t) => frames[first + t]![k]! + (t === 0 ? logStart[k]! : logMoves[path[t - 1]!]![k]!))),
      );
    const Z = sum(paths.map(weight));
    out.logProb += Math.log(Z);
    for (const path of paths) {
      const p = weight(path) / Z;
      out.start[path[0]!]! += p;
      for (const [t, k] of path.entries()) {
        out.posteriors[first + t]![k]! += p;
        if (t > 0) out.moves[path[t - 1]! * K + k]! += p;
      }
    }
    first += T;
  }
  return out;
}

const chainBound = ({ logProb }: { logProb: number }) =>
  logProb -
  dirichletKL(chain.startPosterior, chain.startPrior) -
  sum(states.map((k) => dirichletKL(row(chain.transPosterior, k), row(chain.transPrior, k))));

function expectClose(actual: Iterable<number>, expected: Table): void {
  const found = [...actual];
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9);
}

/** What the model makes of the data must be the chain's part of the step. */
function expectChain(model: VariationalHMM, { start, moves }: { start: Table; moves: Table }): void {
  expectClose(
    model.startPosterior,
    chain.startPrior.map((alpha, i) => alpha + start[i]!),
  );
  expectClose(
    model.transPosterior,
    chain.transPrior.map((alpha, i) => alpha + moves[i]!),
  );
}

it('categorical', () => {
  const [prior, posterior] = [
    [0.3, 0.4, 0.3, 0.5, 0.2, 0.6],
    [2.3, 0.9, 1.4, 0.6, 3.2, 1.1],
  ];
  const symbols = [0, 2, 1, 1, 2, 2, 0];
  const data = observations([symbols.slice(0, 4), symbols.slice(4)]);
  const model = new VariationalHMM({
    ...chain,
    emission: new VariationalCategorical({ stateCount: K, size: 3, prior, posterior }),
  });
  const logs = states.map((k) => subnormal(row(posterior, k)));
  const found = expectations(
    symbols.map((x) => logs.map((own) => own[x]!)),
    [4, 3],
  );
  const bound = chainBound(found) - sum(states.map((k) => dirichletKL(row(posterior, k), row(prior, k))));
  expect(model.lowerBound(data)).toBeCloseTo(bound, 9);
  expectClose(model.posteriors(data), found.posteriors.flat());
  model.maximise(finish(model.expect(data)));
  expectChain(model, found);
  const counts = states.flatMap((k) =>
    [0, 1, 2].map((v) => sum(symbols.map((x, n) => (x === v ? found.posteriors[n]![k]! : 0)))),
  );
  expectClose(
    model.emission.posterior,
    prior.map((alpha, i) => alpha + counts[i]!),
  );
});

/** 1×1 or 2×2. */
const det = (A: Table) => (A.length === 1 ? A[0]! : A[0]! * A[3]! - A[1]! * A[2]!);
const inverse = (A: Table) => (A.length === 1 ? [1] : [A[3]!, -A[1]!, -A[2]!, A[0]!]).map((x) => x / det(A));
const trace = (A: Table, B: Table, D: number) => sum(A.map((x, i) => x * B[(i % D) * D + Math.floor(i / D)]!));
const form = (A: Table, x: Table) => sum(A.map((a, i) => a * x[Math.floor(i / x.length)]! * x[i % x.length]!));
const psi = (dof: number, D: number) => sum(Array.from({ length: D }, (_, d) => digamma((dof - d) / 2)));

const logZ = (dof: number, scale: Table, D: number) =>
  (-dof / 2) * Math.log(det(scale.map((s) => s / 2))) +
  sum(Array.from({ length: D }, (_, d) => logGamma((dof - d) / 2)));
const wishartKL = (dofQ: number, Q: Table, dofP: number, P: Table, D: number) =>
  ((dofQ - dofP) / 2) * (psi(dofQ, D) - Math.log(det(Q.map((s) => s / 2)))) -
  (D * dofQ) / 2 +
  (dofQ / 2) * trace(P, inverse(Q), D) +
  logZ(dofP, P, D) -
  logZ(dofQ, Q, D);
const normalKL = (meanQ: Table, Q: Table, meanP: Table, P: Table) => {
  const apart = meanQ.map((m, d) => m - meanP[d]!);
  const D = apart.length;
  return (Math.log(det(P)) - Math.log(det(Q)) + trace(inverse(P), Q, D) + form(inverse(P), apart) - D) / 2;
};

interface Hyperparameters {
  means: number[];
  beta: number[];
  dof: number[];
  scale: number[];
}

/** E[log N(x)] without log 2π, for each row and state. */
const gaussianFrames = (rows: readonly Table[], { means, beta, dof, scale }: Hyperparameters, D: number) =>
  rows.map((x) =>
    states.map((k) => {
      const W = inverse(row(scale, k));
      const distance =
        dof[k]! *
        form(
          W,
          x.map((value, d) => value - row(means, k)[d]!),
        );
      return (psi(dof[k]!, D) + D * Math.LN2 + Math.log(det(W))) / 2 - (distance + D / beta[k]!) / 2;
    }),
  );

function gaussianKL(q: Hyperparameters, p: Hyperparameters, D: number): number {
  return sum(
    states.map((k) => {
      const precision = inverse(row(q.scale, k)).map((w) => w * q.dof[k]!);
      const [covarQ, covarP] = [q, p].map(({ beta }) => inverse(precision.map((x) => x * beta[k]!)));
      return (
        normalKL(row(q.means, k), covarQ!, row(p.means, k), covarP!) +
        wishartKL(q.dof[k]!, row(q.scale, k), p.dof[k]!, row(p.scale, k), D)
      );
    }),
  );
}

/** The posterior after the step; of diagonal covariances only the diagonals mean something. */
function updated(rows: readonly Table[], posteriors: readonly Table[], p: Hyperparameters, D: number): Hyperparameters {
  const rowsOf = states.map((k) => sum(posteriors.map((own) => own[k]!)));
  const beta = p.beta.map((b, k) => b + rowsOf[k]!);
  const means = p.means.map((m, at) => {
    const [k, d] = [Math.floor(at / D), at % D];
    return (p.beta[k]! * m + sum(rows.map((x, n) => posteriors[n]![k]! * x[d]!))) / beta[k]!;
  });
  const scale = p.scale.map((s, at) => {
    const [k, i, j] = [Math.floor(at / (D * D)), Math.floor(at / D) % D, at % D];
    const outer = (m: Table) => m[k * D + i]! * m[k * D + j]!;
    const products = sum(rows.map((x, n) => posteriors[n]![k]! * x[i]! * x[j]!));
    return s + products + p.beta[k]! * outer(p.means) - beta[k]! * outer(means);
  });
  return { beta, means, scale, dof: p.dof.map((nu, k) => nu + rowsOf[k]!) };
}

const two = {
  rows: [
    [0.1, 1],
    [2, -0.3],
    [1.5, 0.2],
    [-1, 0.8],
    [0.4, 0.4],
    [2.2, -1],
    [0, 0.3],
  ],
  prior: { means: [0.5, 0.1, 0.4, 0], beta: [1, 1.5], dof: [2, 3], scale: [0.5, 0.1, 0.1, 0.7, 0.4, 0, 0, 0.6] },
  posterior: {
    ...{ means: [0, 0.8, 1.9, -0.2], beta: [4.2, 3.1], dof: [5.5, 4.8] },
    scale: [2.5, 0.3, 0.3, 1.9, 3.1, -0.4, -0.4, 2.2],
  },
};
const one = {
  rows: two.rows.map(([x]) => [x!]),
  prior: { means: [0.5, 0.4], beta: [1, 1.5], dof: [1, 2], scale: [0.5, 0.4] },
  posterior: { means: [0, 1.9], beta: [4.2, 3.1], dof: [5.5, 4.8], scale: [2.5, 3.1] },
};

describe.each([
  ['full, two columns', 'full', two],
  ['full, one column', 'full', one],
  ['diagonal, one column', 'diag', one],
] as const)('Gaussian, %s', (_, covarianceType, { rows, prior, posterior }) => {
  it('is the same step', () => {
    const D = rows[0]!.length;
    const data = observations([rows.slice(0, 4), rows.slice(4)]);
    const emission = new VariationalGaussian({ stateCount: K, size: D, covarianceType, prior, posterior });
    const model = new VariationalHMM({ ...chain, emission });
    const found = expectations(gaussianFrames(rows, posterior, D), [4, 3]);
    const left = (rows.length * D * Math.log(2 * Math.PI)) / 2;
    expect(model.lowerBound(data) + left).toBeCloseTo(chainBound(found) - gaussianKL(posterior, prior, D), 9);
    expectClose(model.posteriors(data), found.posteriors.flat());
    model.maximise(finish(model.expect(data)));
    expectChain(model, found);
    const after = updated(rows, found.posteriors, prior, D);
    for (const name of ['means', 'beta', 'dof', 'scale'] as const) expectClose(emission.posterior[name], after[name]);
  });
});

it('Gaussian, diagonal, two columns: the same update of the same posteriors, column by column', () => {
  const { rows, prior, posterior } = two;
  const diagonals = (scale: Table) => scale.filter((_, at) => at % 4 === 0 || at % 4 === 3);
  const twice = (numbers: Table) => numbers.flatMap((x) => [x, x]);
  const columns = ({ means, beta, dof, scale }: Hyperparameters) => {
    return { means, beta: twice(beta), dof: twice(dof), scale: diagonals(scale) };
  };
  const given = { prior: columns(prior), posterior: columns(posterior) };
  const emission = new VariationalGaussian({ stateCount: K, size: 2, covarianceType: 'diag', ...given });
  const model = new VariationalHMM({ ...chain, emission });
  const data = observations([rows.slice(0, 4), rows.slice(4)]);
  const posteriors = model.posteriors(data);
  model.maximise(finish(model.expect(data)));
  const after = columns(
    updated(
      rows,
      rows.map((_, n) => [...posteriors.subarray(n * K, (n + 1) * K)]),
      prior,
      2,
    ),
  );
  for (const name of ['means', 'beta', 'dof', 'scale'] as const) expectClose(emission.posterior[name], after[name]);
});

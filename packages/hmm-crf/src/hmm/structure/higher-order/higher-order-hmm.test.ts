import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { drawDistribution } from '../../distributions.js';
import { Categorical } from '../../emissions/categorical.js';
import { Gaussian } from '../../emissions/gaussian.js';
import { HMM } from '../../hmm.js';
import { logSumExp } from '../../log-domain.js';
import { observations } from '../../observations.js';
import { HigherOrderHMM } from './higher-order-hmm.js';

function random(seed: number, K: number, order: number) {
  const rng = new Rng(seed);
  const rows = (n: number, columns: number) => {
    const out = new Float64Array(n * columns);
    for (let i = 0; i < n; i++) drawDistribution(out.subarray(i * columns, (i + 1) * columns), rng);
    return out;
  };
  const emission = new Categorical({ stateCount: K, size: 3, emissionProb: rows(K, 3) });
  const [startProb, transitions] = [rows(1, K), Array.from({ length: order }, (_, m) => rows(K ** (m + 1), K))];
  return { startProb, transitions, model: new HigherOrderHMM({ order, emission, startProb, transitions }), rng };
}

const cases = [1, 2, 3].flatMap((order) => [1, 2, 3].flatMap((K) => [1, 2, 4].map((T) => ({ order, K, T }))));

describe.each(cases)('order $order, K=$K, T=$T', ({ order, K, T }) => {
  it('agrees with every path', () => {
    const { model, startProb, transitions, rng } = random(order + 10 * K + 100 * T, K, order);
    const symbols = Array.from({ length: T }, () => rng.below(3));
    const all = Array.from({ length: K ** T }, (_, n) => {
      const path = Array.from({ length: T }, (__, t) => Math.floor(n / K ** t) % K);
      const score = path.reduce((sum, state, t) => {
        const m = Math.min(t, order);
        const row = path.slice(t - m, t).reduce((digits, s) => digits * K + s, 0);
        const move = t === 0 ? startProb[state]! : transitions[m - 1]![row * K + state]!;
        return sum + Math.log(move) + Math.log((model.emission as Categorical).emissionProb[state * 3 + symbols[t]!]!);
      }, 0);
      return { path, score };
    }).sort((a, b) => b.score - a.score);
    const data = observations([symbols]);
    const logZ = logSumExp(Float64Array.from(all, ({ score }) => score));
    expect(model.score(data)).toBeCloseTo(logZ, 10);
    expect([...model.viterbi(data).path]).toEqual(all[0]!.path);
    for (const [rank, { path, score }] of model.kBest(data, 3)[0]!.entries()) {
      expect([...path]).toEqual(all[rank]!.path);
      expect(score).toBeCloseTo(all[rank]!.score, 10);
    }
    const drawn = model.samplePaths(data, 20, new Rng(1))[0]!.map(String);
    expect(drawn.every((path) => all.some((each) => String(each.path) === path))).toBe(true);
    const completed = 2 * all[0]!.score;
    expect(model.icl(data)).toBeCloseTo(model.parameterCount * Math.log(data.values.length) - completed, 8);
    for (const [at, p] of model.posteriors(data).entries()) {
      const through = all.filter(({ path }) => path[Math.floor(at / K)] === at % K);
      expect(p).toBeCloseTo(
        through.reduce((sum, { score }) => sum + Math.exp(score - logZ), 0),
        10,
      );
    }
    for (let m = 1; m <= order; m++) expect(model.transitions(m)).toEqual(transitions[m - 1]);
  });
});

it('EM never falls, and what is impossible stays so', async () => {
  const data = observations([Array.from({ length: 60 }, (_, t) => (t * t) % 3), [], [1], [2, 0]]);
  const model = new HigherOrderHMM({ order: 2, emission: new Categorical({ stateCount: 2, size: 3 }) });
  const [zeros, free] = [model.hmm.transMat.map((p) => (p === 0 ? 1 : 0)), model.parameterCount];
  expect(free).toBe(1 + 2 + 4 + 2 * 2);
  const history: number[] = [];
  await model.fit(data, {
    rng: new Rng(1),
    iterations: 30,
    tolerance: -1e9,
    onIteration: (e) => history.push(e.logPosterior),
  });
  for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]! - 1e-9);
  for (const [at, zero] of zeros.entries()) if (zero) expect(model.hmm.transMat[at]).toBe(0);
});

it('of order 1 it learns as an HMM does', async () => {
  const make = () => new Gaussian({ stateCount: 2, size: 1 });
  const data = observations([Array.from({ length: 80 }, (_, t) => Math.sin(t / 3) + Math.sin(7 * t))]);
  const model = new HigherOrderHMM({ order: 1, emission: make() });
  const hmm = new HMM({ emission: make(), startProb: [0.5, 0.5], transMat: [0.5, 0.5, 0.5, 0.5] });
  const [ours, theirs] = await Promise.all(
    [model, hmm].map((one) => one.fit(data, { rng: new Rng(2), iterations: 10 })),
  );
  for (const [i, log] of theirs!.history.entries()) expect(ours!.history[i]).toBeCloseTo(log, 9);
  expect([model.aic(data) - hmm.aic(data), model.bic(data) - hmm.bic(data)]).toEqual([
    expect.closeTo(0, 8),
    expect.closeTo(0, 8),
  ]);
});

it('a chain of order 2 is learned as such', async () => {
  // The next state is likely the one before the last: what an order of 1 cannot say.
  const emission = () => new Gaussian({ stateCount: 2, size: 1, means: [-2, 2], covars: [1, 1] });
  const second = [0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9];
  const truth = new HigherOrderHMM({ order: 2, emission: emission(), transitions: [[0.5, 0.5, 0.5, 0.5], second] });
  const { observations: data, states } = truth.sample(3000, new Rng(4));
  const model = new HigherOrderHMM({ order: 2, emission: emission() });
  await model.fit(data, { tolerance: 1e-4 });
  for (const [i, p] of model.transitions().entries()) expect(Math.abs(p - second[i]!)).toBeLessThan(0.05);
  expect(model.bic(data)).toBeLessThan(new HigherOrderHMM({ order: 1, emission: emission() }).bic(data));
  const known = Uint8Array.from({ length: 6000 }, (_, at) => (states[at >> 1] === at % 2 ? 1 : 0));
  expect([...model.viterbi(data, known).path]).toEqual([...states]);
});

it('comes back from JSON; what is wrong is an error that says what', () => {
  const { model } = random(3, 2, 2);
  const read = HigherOrderHMM.fromJSON(JSON.stringify(model));
  const data = observations([[0, 1, 2, 0, 0]]);
  expect(read.score(data)).toBe(model.score(data));
  const json = JSON.parse(JSON.stringify(model));
  const strange = { ...json, hmm: { ...json.hmm, transMat: json.hmm.transMat.map(() => 1 / 6) } };
  for (const bad of [strange, { ...json, order: 1 }, { ...json, order: 1e9 }, { ...json, hmm: { format: 'x' } }]) {
    expect(() => HigherOrderHMM.fromJSON(bad)).toThrowError(expect.objectContaining({ name: 'CheckpointError' }));
  }
  const emission = new Categorical({ stateCount: 20, size: 3 });
  expect(() => new HigherOrderHMM({ order: 4, emission })).toThrowError(/tuples/);
  expect(() => new HigherOrderHMM({ order: 2, emission, transitions: [] })).toThrowError(/2 tables/);
  expect(() => model.score(observations([[5]]))).toThrowError(/no symbol/);
});

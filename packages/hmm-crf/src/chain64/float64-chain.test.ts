import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import peers from '../__fixtures__/linear-chain.json' with { type: 'json' };
import { expectations, isPerStep, logPartitionOf, type Path, type PlainChain, paths } from '../laws/enumeration.js';
import { plainChains } from '../laws/plain-chains.js';
import { Float64Chain, type Float64Potentials, type Float64Statistic } from './index.js';

/** The same chain padded, and ragged with NaN at whatever is masked. */
function arraysOf(chain: PlainChain, ragged: boolean): Float64Potentials {
  const lengths = chain.mask.map((row) => (ragged ? row.lastIndexOf(1) + 1 : row.length));
  const kept = <T>(rows: readonly (readonly T[])[], less = 0) =>
    rows.map((row, b) => row.slice(0, Math.max(lengths[b]! - less, 0)));
  const mask = kept(chain.mask).flat();
  const emission = kept(chain.emission)
    .flat()
    .flatMap((row, n) => (ragged && !mask[n] ? row.map(() => Number.NaN) : row));
  const { transition } = chain;
  return {
    initial: Float64Array.from(chain.initial),
    final: Float64Array.from(chain.final),
    transition: Float64Array.from((isPerStep(transition) ? kept(transition, 1) : transition).flat(9) as number[]),
    emission: Float64Array.from(emission),
    ...{ lengths, mask },
  };
}

type Check = (chain: Float64Chain, rows: Path[][], plain: PlainChain, potentials: Float64Potentials) => void;

/** Both forms of drawn chains, with all paths of each sequence, cut to its length. */
function forChains(check: Check): void {
  const property = fc.property(plainChains, fc.boolean(), (plain, ragged) => {
    const potentials = arraysOf(plain, ragged);
    const rows = plain.mask.map((_, b) =>
      paths(plain, b).map(({ labels, score }) => ({ labels: labels.slice(0, potentials.lengths[b]), score })),
    );
    check(new Float64Chain(potentials), rows, plain, potentials);
  });
  fc.assert(property, { numRuns: 200, seed: 11 });
}

/** Σ p·f over the possible paths; `none` where there is none. */
function mean(row: readonly Path[], f: (path: Path, p: number) => number, none = 0): number {
  const logZ = logPartitionOf(row);
  if (logZ === -Infinity) return none;
  return row.reduce((sum, path) => {
    const p = Math.exp(path.score - logZ);
    return p > 0 ? sum + p * f(path, p) : sum;
  }, 0);
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, error = 1e-11): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of Array.from(expected).entries()) {
    if (Object.is(actual[i], value) || Math.abs(actual[i]! - value) <= error * Math.max(1, Math.abs(value))) continue;
    throw new Error(`[${i}] is ${actual[i]}, expected ${value}`);
  }
}

describe('against every path', () => {
  it('the log partition, the number of paths, scores and probabilities', () =>
    forChains((chain, rows) => {
      expectNear(chain.logPartition(), rows.map(logPartitionOf));
      expectNear(
        chain.logPathCount(),
        rows.map((row) => Math.log(row.filter(({ score }) => score > -Infinity).length)),
      );
      const given = rows.map((row) => row.at(-1)!);
      const labels = given.flatMap((path) => path.labels);
      expectNear(
        chain.score(labels),
        given.map(({ score }) => score),
      );
      expectNear(
        chain.logProbability(labels),
        given.map(({ score }, b) => (score === -Infinity ? score : score - logPartitionOf(rows[b]!))),
      );
    }));

  it('marginals, pairs and all expected counts', () =>
    forChains((chain, _, plain, { lengths, transition }) => {
      const counts = expectations(plain);
      const kept = <T>(values: T[][], less = 0) =>
        values.map((row, b) => row.slice(0, Math.max(lengths[b]! - less, 0))).flat(9);
      const pairs = kept(counts.pairs, 1) as number[];
      expectNear(chain.marginals(), kept(counts.emission) as number[]);
      expectNear(chain.pairMarginals(), pairs);
      const found = chain.expectedCounts();
      expectNear(found.initial, counts.initial);
      expectNear(found.final, counts.final);
      const size = transition.length || 1;
      const moves = new Float64Array(transition.length);
      for (const [at, pair] of pairs.entries()) moves[at % size]! += pair;
      expectNear(found.transition, moves);
    }));

  it('the best path and the k best', () =>
    forChains((chain, rows, _, { lengths }) => {
      const { path, score } = chain.viterbi();
      const best = chain.kBest(5);
      let first = 0;
      for (const [b, row] of rows.entries()) {
        const sorted = row.filter((each) => each.score > -Infinity).sort((x, y) => y.score - x.score);
        const scoreOf = (labels: Int32Array) => row.find((each) => String(each.labels) === String(labels))!.score;
        expectNear(
          best[b]!.map((each) => each.score),
          sorted.slice(0, 5).map((each) => each.score),
        );
        expectNear(
          best[b]!.map((each) => scoreOf(each.path)),
          best[b]!.map((each) => each.score),
        );
        expect(new Set(best[b]!.map((each) => String(each.path))).size).toBe(best[b]!.length);
        const found = path.subarray(first, first + lengths[b]!);
        expectNear([score[b]!], [sorted[0]?.score ?? -Infinity]);
        if (sorted.length > 0) expectNear([scoreOf(found)], [score[b]!]);
        else expect(found.every((label) => label === -1)).toBe(true);
        first += lengths[b]!;
      }
    }));

  it('entropy, and divergence from a chain of other potentials', () =>
    forChains((chain, rows, plain, potentials) => {
      expectNear(
        chain.entropy(),
        rows.map((row) => mean(row, (_, p) => -Math.log(p))),
      );
      const other = {
        ...plain,
        initial: plain.initial.map((x, k) => (k === 0 ? -Infinity : x / 2)),
        final: plain.initial,
      };
      const q = new Float64Chain({
        ...potentials,
        initial: Float64Array.from(other.initial),
        final: potentials.initial,
      });
      const divergence = rows.map((row, b) => {
        const its = paths(other, b);
        const logZ = logPartitionOf(its);
        return mean(row, (path, p) => Math.log(p) - (its[row.indexOf(path)]!.score - logZ));
      });
      expectNear(
        chain.kl(q),
        divergence.map((value) => (Number.isNaN(value) ? Infinity : value)),
      );
      expectNear(
        chain.kl(chain),
        rows.map(() => 0),
      );
    }));

  it('means, variances and covariances of what paths count', () =>
    forChains((chain, rows, plain, potentials) => {
      const rng = new Rng(5);
      const drawn = (values: Float64Array) => values.map(() => rng.normal());
      const f: Required<Float64Statistic> = {
        initial: drawn(potentials.initial),
        transition: drawn(potentials.transition),
        emission: drawn(potentials.emission),
        final: drawn(potentials.final!),
      };
      const g = { emission: f.emission };
      const counted = (statistic: Float64Statistic) => {
        const zero = {
          initial: f.initial.map(() => 0),
          transition: f.transition.map(() => 0),
          final: f.final.map(() => 0),
        };
        const counting = new Float64Chain({ ...potentials, ...zero, ...statistic } as Float64Potentials);
        return (b: number) =>
          ({ labels }: Path) =>
            counting.score(rows.flatMap((row, other) => (other === b ? labels : row[0]!.labels)))[b]!;
      };
      const [x, y] = [counted(f), counted(g)];
      const meanOf = rows.map((row, b) => mean(row, x(b)));
      expectNear(chain.expectation(f), meanOf, 1e-10);
      expectNear(
        chain.covariance(f),
        rows.map((row, b) => mean(row, (path) => (x(b)(path) - meanOf[b]!) ** 2)),
        1e-10,
      );
      const [mine, its] = [chain.covariance(f, g), chain.covariance(g, f)];
      const both = rows.map((row, b) => mean(row, (path) => (x(b)(path) - meanOf[b]!) * y(b)(path)));
      expectNear(mine, both, 1e-10);
      expectNear(its, both, 1e-10);
      void plain;
    }));

  it('no possible path costs less on average than that of minimum risk', () =>
    forChains((chain, rows, { initial }, { emission }) => {
      const K = initial.length;
      const rng = new Rng(6);
      const losses = Float64Array.from({ length: emission.length * K }, () => rng.uniform());
      const hamming = (_: number, answered: number, right: number) => Number(right !== answered);
      const given = (n: number, answered: number, right: number) => losses[(n * K + answered) * K + right]!;
      const byItself = chain.posteriorDecode();
      for (const [answer, loss] of [
        [chain.minimumRisk(), hamming],
        [chain.minimumRisk(losses), given],
      ] as const) {
        let first = 0;
        for (const [b, row] of rows.entries()) {
          const risk = (labels: ArrayLike<number>) =>
            mean(
              row,
              (path) =>
                path.labels.reduce((sum, right, t) => (right < 0 ? sum : sum + loss(first + t, labels[t]!, right)), 0),
              Infinity,
            );
          const possible = row.filter(({ score }) => score > -Infinity).map(({ labels }) => risk(labels));
          const end = first + row[0]!.labels.length;
          expectNear(
            [answer.risk[b]!, risk(answer.path.subarray(first, end))],
            new Array(2).fill(Math.min(...possible)),
          );
          if (loss === hamming && possible.length > 0) {
            expectNear([risk(byItself.subarray(first, end))], [Math.min(...row.map(({ labels }) => risk(labels)))]);
          }
          first = end;
        }
      }
    }));

  it('what is not allowed is no path', () =>
    forChains((chain, rows, { initial }, { emission }) => {
      const K = initial.length;
      const may = Uint8Array.from(emission, (_, at) => Number(at % 3 !== 1 || at % K === 0));
      const restriction = {
        initial: initial.map((_, k) => k !== 1),
        final: initial.map((_, k) => k !== 2),
        labels: may,
      };
      let first = 0;
      const kept = rows.map((row) => {
        const from = first;
        first += row[0]!.labels.length;
        return row.map((path) => {
          const real = path.labels.filter((label) => label >= 0);
          const allowed = path.labels.every((label, t) => label < 0 || K === 1 || may[(from + t) * K + label]);
          return { ...path, score: allowed && real[0] !== 1 && real.at(-1) !== 2 ? path.score : -Infinity };
        });
      });
      if (K > 1) expectNear(chain.restrict(restriction).logPartition(), kept.map(logPartitionOf));
      const best = chain.viterbi();
      expectNear(
        chain.restrict({ labels: best.path }).logPartition(),
        best.score.map((score, b) => (score > -Infinity ? score : logPartitionOf(rows[b]!))),
      );
    }));
});

it('paths are drawn with their probabilities', () => {
  const rng = new Rng(7);
  const normals = (length: number) => Float64Array.from({ length }, () => rng.normal());
  const potentials = {
    initial: normals(2),
    transition: normals(4),
    emission: normals(8),
    lengths: [4],
    mask: [1, 1, 0, 1],
  };
  const chain = new Float64Chain({ ...potentials, final: Float64Array.of(0, -1) });
  const n = 40_000;
  const counts = new Map<string, number>();
  for (const path of chain.sample(n, rng)[0]!) counts.set(String(path), (counts.get(String(path)) ?? 0) + 1);
  for (const [path, seen] of counts) {
    const p = Math.exp(chain.logProbability(path.split(',').map(Number))[0]!);
    expect(Math.abs(seen - n * p)).toBeLessThan(5 * Math.sqrt(n * p * (1 - p)));
  }
});

it('long chains lose nothing: 100,000 steps of a Markov chain', () => {
  const T = 100_000;
  const [stay, leave] = [Math.log(0.9), Math.log(0.1)];
  const chain = new Float64Chain({
    ...{
      initial: Float64Array.of(Math.log(0.5), Math.log(0.5)),
      transition: Float64Array.of(stay, leave, leave, stay),
    },
    ...{ emission: new Float64Array(2 * T).fill(-1000), lengths: [T] },
  });
  const entropy = Math.log(2) - (T - 1) * (0.9 * stay + 0.1 * leave);
  expectNear(chain.logPartition(), [-1000 * T]);
  expectNear(chain.entropy(), [entropy], 1e-11);
  const moves = { transition: Float64Array.of(0, 1, 1, 0) };
  expectNear(chain.expectation(moves), [0.1 * (T - 1)], 1e-10);
  expectNear(chain.covariance(moves), [0.09 * (T - 1)], 1e-10);
});

it.each(peers.cases.map((each, i) => [i, each] as const))(
  'linear-chain.json %i',
  (_, { params, emissions, lengths, tags, ...expected }) => {
    const rows = <T>(batch: T[][]) => batch.map((row, b) => row.slice(0, lengths[b]));
    const chain = new Float64Chain({
      initial: Float64Array.from(params.start),
      final: Float64Array.from(params.end),
      transition: Float64Array.from(params.transitions.flat()),
      emission: Float64Array.from(rows(emissions).flat(2)),
      lengths,
    });
    const { exact } = expected;
    expectNear(chain.logProbability(rows(tags).flat()), expected.logLikelihood, 1e-8);
    expectNear(
      chain.logPartition(),
      exact.map(({ logPartition }) => logPartition),
      1e-8,
    );
    expectNear(
      chain.entropy(),
      exact.map(({ entropy }) => entropy),
      1e-8,
    );
    expectNear(
      chain.marginals(),
      exact.flatMap(({ unaryMarginals, length }) => unaryMarginals.slice(0, length).flat()),
      1e-8,
    );
    expectNear(
      chain.pairMarginals(),
      exact.flatMap(({ pairMarginals, length }) => pairMarginals.slice(0, length - 1).flat(2)),
      1e-8,
    );
    expect([...chain.viterbi().path]).toEqual(expected.viterbi.flat());
  },
);

describe('refuses', () => {
  const good = {
    initial: new Float64Array(2),
    transition: new Float64Array(4),
    emission: new Float64Array(6),
    lengths: [3],
  };
  const refused: [string, string, () => unknown][] = [
    ['no states', 'no states', () => new Float64Chain({ ...good, initial: new Float64Array(0) })],
    ['emissions that do not fit', '`emission` must have', () => new Float64Chain({ ...good, lengths: [4] })],
    [
      'transitions of neither shape',
      '`transition` must have',
      () => new Float64Chain({ ...good, transition: new Float64Array(12) }),
    ],
    ['broken lengths', 'whole numbers', () => new Float64Chain({ ...good, lengths: [3.5] })],
    ['NaN', '`initial` is NaN at 1', () => new Float64Chain({ ...good, initial: Float64Array.of(0, Number.NaN) })],
    ['+∞', '`emission` is Infinity', () => new Float64Chain({ ...good, emission: good.emission.map(() => Infinity) })],
    ['labels that are no states', 'label 2 at 1', () => new Float64Chain(good).score([0, 2, 1])],
    ['labels that are no whole numbers', 'label 0.5 at 2', () => new Float64Chain(good).score([0, 1, 0.5])],
    ['too few labels', '`labels` must be [3]', () => new Float64Chain(good).score([0])],
    ['restrictions to no state', 'label 7 at 0', () => new Float64Chain(good).restrict({ labels: [7, 0, 0] })],
    ['k = 0', '`k`', () => new Float64Chain(good).kBest(0)],
    [
      'a loss that is NaN',
      '`loss` is NaN at 0',
      () => new Float64Chain(good).minimumRisk(new Float64Array(4).fill(Number.NaN)),
    ],
    ['a loss that does not fit', '`loss`', () => new Float64Chain(good).minimumRisk(new Float64Array(3))],
    [
      'a statistic that does not fit',
      '`final`',
      () => new Float64Chain(good).expectation({ final: new Float64Array(3) }),
    ],
    [
      'another chain',
      'other real steps',
      () => new Float64Chain(good).kl(new Float64Chain({ ...good, mask: [1, 0, 1] })),
    ],
  ];
  it.each(refused)('%s', (_, problem, attempt) => expect(attempt).toThrow(problem));
});

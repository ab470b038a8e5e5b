/** The two forms of the linear chain, tensors and float64 arrays, answer alike, and as all paths, one by one, say. */
import { Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { LinearChain } from '../chain/linear-chain.js';
import {
  averageOver,
  counted,
  expectations,
  isPerStep,
  logPartitionOf,
  type Path,
  type PlainChain,
  type PlainStatistic,
  paths,
} from '../laws/enumeration.js';
import { plainChains, statisticTensors, tensorsOf } from '../laws/plain-chains.js';
import { Float64Chain, type Float64Statistic } from './index.js';

/** A chain as tensors, as arrays and as all its possible paths. */
interface Forms {
  readonly tensors: LinearChain;
  readonly arrays: Float64Chain;
  readonly plain: PlainChain;
}

const flat = (values: unknown) => Float64Array.from((values as number[]).flat(9) as number[]);

function formsOf(plain: PlainChain): Forms {
  const { initial, final, transition, emission, mask } = plain;
  const numbers = {
    initial: flat(initial),
    final: flat(final),
    transition: flat(transition),
    emission: flat(emission),
  };
  const arrays = new Float64Chain({ ...numbers, lengths: mask.map((row) => row.length), mask: mask.flat() });
  return { tensors: new LinearChain(tensorsOf(plain, Number.NaN)), arrays, plain };
}

const k = 4;
const rows = <T>({ mask }: PlainChain, f: (row: number) => T): T[] => mask.map((_, row) => f(row));
const all = ({ plain }: Forms) => rows(plain, (row) => paths(plain, row));
const possible = (each: Path[]) => each.filter(({ score }) => score > -Infinity).sort((a, b) => b.score - a.score);
const sizes = ({ mask, initial }: PlainChain) => ({ B: mask.length, T: mask[0]!.length, K: initial.length });
const mean = (plain: PlainChain, f: (row: number, path: Path) => number) =>
  rows(plain, (row) => averageOver(plain, row, (path) => f(row, path)));

/** Numbers like those of the chain, without the mask. */
function statistic(plain: PlainChain, seed: number): Required<PlainStatistic> {
  const rng = new Rng(seed);
  const like = (values: unknown): unknown => (Array.isArray(values) ? values.map(like) : rng.normal());
  const { mask: _, ...parts } = plain;
  return eachPart(parts, like);
}
function eachPart<T extends object>(parts: T, like: (values: unknown) => unknown): T {
  return Object.fromEntries(Object.entries(parts).map(([name, values]) => [name, like(values)])) as T;
}
const inArrays = (given: Required<PlainStatistic>): Float64Statistic => eachPart(given, flat) as never;

/** Another chain over the same steps, that forbids nothing. */
const another = ({ plain }: Forms) => formsOf({ ...plain, ...statistic(plain, 3) });
const lossOf = (K: number) =>
  Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i - j) ** 2 + Number(i < j)));
const costs = (plain: PlainChain, cost: (row: number, t: number, answered: number, right: number) => number) =>
  rows(plain, (row) => {
    const of = (answer: Path) =>
      averageOver(plain, row, (right) =>
        answer.labels.reduce((sum, label, t) => sum + (label < 0 ? 0 : cost(row, t, label, right.labels[t]!)), 0),
      );
    return Math.min(Infinity, ...possible(paths(plain, row)).map(of));
  });
/** By how probable or good they are, as equals may be answered either way. */
const scored = (forms: Forms, found: ArrayLike<number>[]) =>
  all(forms).map((each, row) => {
    const labels = String(Array.from(found[row]!));
    return (
      each.find((path) => String(path.labels) === labels)?.score ?? (found[row]![0] === -1 ? -Infinity : Number.NaN)
    );
  });
const cut = (path: ArrayLike<number>, { B, T }: { B: number; T: number }) =>
  Array.from({ length: B }, (_, row) => Array.from(path).slice(row * T, (row + 1) * T));

const nowhere = ({ plain }: Forms) => new Array<number>(sizes(plain).T).fill(-1);
const nothing = { score: -Infinity };

interface Answers {
  readonly tensors: tf.Tensor | number[];
  readonly arrays: ArrayLike<number>;
  readonly truth: readonly number[];
}
const questions: Record<string, (forms: Forms) => Answers> = {
  'log partition': (x) => ({
    tensors: x.tensors.logPartition(),
    arrays: x.arrays.logPartition(),
    truth: all(x).map(logPartitionOf),
  }),
  'log number of paths': (x) => ({
    tensors: x.tensors.logPathCount(),
    arrays: x.arrays.logPathCount(),
    truth: all(x).map((each) => Math.log(possible(each).length)),
  }),
  marginals: (x) => ({
    tensors: x.tensors.marginals(),
    arrays: x.arrays.marginals(),
    truth: expectations(x.plain).emission.flat(2),
  }),
  'pair marginals': (x) => ({
    tensors: x.tensors.pairMarginals(),
    arrays: x.arrays.pairMarginals(),
    truth: expectations(x.plain).pairs.flat(3),
  }),
  'score of labels': (x) => {
    const given = all(x).map((each) => each.at(-1)!);
    const labels = given.map((path) => path.labels.map((label) => Math.max(label, 0)));
    return {
      tensors: x.tensors.score(tf.tensor2d(labels, undefined, 'int32')),
      arrays: x.arrays.score(labels.flat()),
      truth: given.map(({ score }) => score),
    };
  },
  'log probability of labels': (x) => {
    const given = all(x).map((each) => each.at(-1)!);
    const labels = given.map((path) => path.labels.map((label) => Math.max(label, 0)));
    return {
      tensors: x.tensors.logProbability(tf.tensor2d(labels, undefined, 'int32')),
      arrays: x.arrays.logProbability(labels.flat()),
      truth: given.map(({ score }, row) => (score > -Infinity ? score - logPartitionOf(all(x)[row]!) : score)),
    };
  },
  'best score': (x) => ({
    tensors: x.tensors.viterbi().score,
    arrays: x.arrays.viterbi().score,
    truth: all(x).map((each) => possible(each)[0]?.score ?? -Infinity),
  }),
  'best path, by its score': (x) => ({
    tensors: scored(x, x.tensors.viterbi().path.arraySync()),
    arrays: scored(x, cut(x.arrays.viterbi().path, sizes(x.plain))),
    truth: all(x).map((each) => possible(each)[0]?.score ?? -Infinity),
  }),
  'scores of the k best': (x) => ({
    tensors: x.tensors.kBest(k).scores,
    arrays: x.arrays.kBest(k).flatMap((best) => Array.from({ length: k }, (_, i) => best[i]?.score ?? -Infinity)),
    truth: all(x).flatMap((each) => Array.from({ length: k }, (_, i) => possible(each)[i]?.score ?? -Infinity)),
  }),
  'the last of the k best, by its score': (x) => ({
    tensors: scored(
      x,
      x.tensors
        .kBest(2)
        .paths.arraySync()
        .map((best) => best[1]!),
    ),
    arrays: scored(
      x,
      x.arrays.kBest(2).map((best) => best[1]?.path ?? nowhere(x)),
    ),
    truth: all(x).map(
      (each) => possible(each)[1]?.score ?? (each[0]!.labels.every((label) => label < 0) ? 0 : -Infinity),
    ),
  }),
  'samples, whether they are possible': (x) => {
    const are = (found: ArrayLike<number>[]) => scored(x, found).map((score) => Number(score > -Infinity));
    return {
      tensors: are(
        x.tensors
          .sample(2, new Rng(1))
          .arraySync()
          .map((drawn) => drawn[1]!),
      ),
      arrays: are(x.arrays.sample(2, new Rng(1)).map((drawn) => drawn[1]!)),
      truth: all(x).map((each) => Number(possible(each).length > 0)),
    };
  },
  'most probable states, by how probable they are': (x) => {
    const { K } = sizes(x.plain);
    const marginals = expectations(x.plain).emission.flat(2);
    const probable = (path: ArrayLike<number>) =>
      Array.from(path, (state, n) => (state < 0 ? 0 : marginals[n * K + state]!));
    return {
      tensors: probable(x.tensors.posteriorDecode().dataSync<'int32'>()),
      arrays: probable(x.arrays.posteriorDecode()),
      truth: expectations(x.plain).emission.flatMap((steps) => steps.map((row) => Math.max(...row))),
    };
  },
  'least expected Hamming distance': (x) => ({
    tensors: x.tensors.minimumRisk().risk,
    arrays: x.arrays.minimumRisk().risk,
    truth: costs(x.plain, (_row, _t, answered, right) => Number(answered !== right)),
  }),
  'least expected loss': (x) => {
    const loss = lossOf(sizes(x.plain).K);
    return {
      tensors: x.tensors.minimumRisk(loss).risk,
      arrays: x.arrays.minimumRisk(flat(loss)).risk,
      truth: costs(x.plain, (_row, _t, answered, right) => loss[answered]![right]!),
    };
  },
  'least expected loss, another at each step': (x) => {
    const { B, T, K } = sizes(x.plain);
    const rng = new Rng(9);
    const loss = Float64Array.from({ length: B * T * K * K }, () => rng.uniform());
    return {
      tensors: x.tensors.minimumRisk(tf.tensor4d(Float32Array.from(loss), [B, T, K, K])).risk,
      arrays: x.arrays.minimumRisk(loss).risk,
      truth: costs(x.plain, (row, t, answered, right) => loss[((row * T + t) * K + answered) * K + right]!),
    };
  },
  entropy: (x) => ({
    tensors: x.tensors.entropy(),
    arrays: x.arrays.entropy(),
    truth: rows(x.plain, (row) => averageOver(x.plain, row, (_, log) => -log)),
  }),
  divergence: (x) => {
    const other = another(x);
    const log = (row: number, { labels }: Path) => {
      const its = paths(other.plain, row);
      return its.find((path) => String(path.labels) === String(labels))!.score - logPartitionOf(its);
    };
    return {
      tensors: x.tensors.kl(other.tensors),
      arrays: x.arrays.kl(other.arrays),
      truth: rows(x.plain, (row) => averageOver(x.plain, row, (path, own) => own - log(row, path))),
    };
  },
  'divergence of another chain, infinite where this one forbids': (x) => {
    const { tensors, arrays, plain } = another(x);
    const log = (row: number, { labels }: Path) => {
      const its = all(x)[row]!;
      return its.find((path) => String(path.labels) === String(labels))!.score - logPartitionOf(its);
    };
    const truth = rows(plain, (row) => averageOver(plain, row, (path, own) => own - log(row, path)));
    return {
      tensors: tensors.kl(x.tensors),
      arrays: arrays.kl(x.arrays),
      truth: truth.map((value) => (Number.isNaN(value) ? Infinity : value)),
    };
  },
  expectation: (x) => {
    const given = statistic(x.plain, 5);
    return {
      tensors: x.tensors.expectation(statisticTensors(given)),
      arrays: x.arrays.expectation(inArrays(given)),
      truth: mean(x.plain, (row, path) => counted(given, x.plain, row, path)),
    };
  },
  'covariance of two statistics': (x) => {
    const [f, g] = [statistic(x.plain, 5), statistic(x.plain, 6)];
    const at = (of: PlainStatistic) => (row: number, path: Path) => counted(of, x.plain, row, path);
    const means = mean(x.plain, at(f));
    return {
      tensors: x.tensors.covariance(statisticTensors(f), statisticTensors(g)),
      arrays: x.arrays.covariance(inArrays(f), inArrays(g)),
      truth: mean(x.plain, (row, path) => (at(f)(row, path) - means[row]!) * at(g)(row, path)),
    };
  },
  'what is left where the first label is known': (x) => {
    const { B, T } = sizes(x.plain);
    const known = Array.from({ length: B }, () => Array.from({ length: T }, (_, t) => (t === 0 ? 0 : -1)));
    return {
      tensors: x.tensors.restrict({ labels: known }).logPartition(),
      arrays: x.arrays.restrict({ labels: known.flat() }).logPartition(),
      truth: all(x).map((each) => logPartitionOf([...each.filter(({ labels }) => labels[0]! <= 0), nothing])),
    };
  },
};

beforeAll(() => useBackend('cpu'));

it.each(Object.entries(questions))('%s', async (name, ask) => {
  let perStep = 0;
  const property = fc.asyncProperty(plainChains, async (plain) => {
    perStep += Number(isPerStep(plain.transition));
    const { tensors, arrays, truth } = tf.tidy(() => ask(formsOf(plain)) as Answers & tf.TensorContainerObject);
    await expectClose(tensors, truth, 1e-4, `${name} of tensors`);
    await expectClose(Array.from(arrays), truth, 1e-9, `${name} of arrays`);
    tf.dispose(tensors);
  });
  await fc.assert(property, { numRuns: 40, seed: 3 });
  expect(perStep).toBeGreaterThan(5);
});

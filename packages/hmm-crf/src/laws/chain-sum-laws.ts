/** What the recursion sums over each semiring is what enumeration finds. */
import { Rng } from '@seqloom/core';
import { expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { chainSum } from '../chain/chain-sum.js';
import { countingSemiring } from '../chain/semirings/counting.js';
import { entropySemiring } from '../chain/semirings/entropy.js';
import { covarianceSemiring, expectationSemiring } from '../chain/semirings/expectation.js';
import { kMaxSemiring } from '../chain/semirings/k-max.js';
import { logSemiring } from '../chain/semirings/log.js';
import { maxSemiring } from '../chain/semirings/max.js';
import { samplingSemiring } from '../chain/semirings/sampling.js';
import {
  averageOver,
  counted,
  logPartitionOf,
  type Path,
  type PlainChain,
  type PlainStatistic,
  paths,
} from './enumeration.js';
import { forChains, type Law, same, tolerance } from './for-chains.js';
import { plainOf, randomPotentials, randomStatistic, statisticTensors } from './plain-chains.js';
import { verifySemiring } from './semiring-laws.js';

export const chainSumLaws: Readonly<Record<string, Law>> = {
  'they are semirings': async () => {
    const plain = [logSemiring, maxSemiring, kMaxSemiring(1), kMaxSemiring(3), countingSemiring];
    for (const [seed, semiring] of plain.entries()) await verifySemiring(semiring, new Rng(seed));
    await verifySemiring(entropySemiring, new Rng(11));
    await verifySemiring(expectationSemiring, new Rng(12), 1);
    await verifySemiring(covarianceSemiring, new Rng(13), 2);
  },
  'log Σ exp, max, the k best, how many, entropy': forChains(async (chain) => {
    const scores = chain.mask.map((_, row) =>
      paths(chain, row)
        .map(({ score }) => score)
        .sort((a, b) => b - a),
    );
    const best = (k: number) => scores.flatMap((each) => Array.from({ length: k }, (_, i) => each[i] ?? -Infinity));
    await same(chain, 'log', (tensors) => chainSum(logSemiring, tensors), logPartitions(chain));
    await same(chain, 'max', (tensors) => chainSum(maxSemiring, tensors), best(1));
    await same(chain, 'k-max', (tensors) => chainSum(kMaxSemiring(5), tensors), best(5));
    const possible = scores.map((each) => Math.log(each.filter((score) => score > -Infinity).length));
    await same(chain, 'count', (tensors) => chainSum(countingSemiring, tensors), possible);
    const entropies = chain.mask.map((_, row) => averageOver(chain, row, (_path, logProbability) => -logProbability));
    await same(chain, 'entropy', (tensors) => chainSum(entropySemiring, tensors), entropies);
  }),
  'averages and covariances of statistics': forChains(async (chain) => {
    const [first, second] = [randomStatistic(chain, new Rng(3)), randomStatistic(chain, new Rng(4))];
    const mean = (value: (row: number, path: Path) => number) =>
      chain.mask.map((_, row) => averageOver(chain, row, (path) => value(row, path)));
    const of = (statistic: PlainStatistic) => (row: number, path: Path) => counted(statistic, chain, row, path);
    const [x, y] = [mean(of(first)), mean(of(second))];
    const products = mean((row, path) => of(first)(row, path) * of(second)(row, path));
    const tensors = () => [statisticTensors(first), statisticTensors(second)] as const;
    await same(chain, 'average', (potentials) => chainSum(expectationSemiring, potentials, tensors()[0]), x);
    const covariance = products.map((product, row) => product - x[row]! * y[row]!);
    await same(
      chain,
      'covariance',
      (potentials) => chainSum(covarianceSemiring, potentials, ...tensors()),
      covariance,
      5 * tolerance,
    );
  }),
  'what is sampled is a path, as often as it is probable': async () => {
    const draws = 4000;
    const { emission, mask, ...shared } = randomPotentials(new Rng(5), [3], 2);
    const copies = { emission: tf.tile(emission, [draws, 1, 1]), mask: tf.tile(tf.cast(mask, 'int32'), [draws, 1]) };
    const sampled = tf.valueAndGrad((moved: tf.Tensor) =>
      chainSum(samplingSemiring(new Rng(6)), { ...shared, ...copies, emission: moved as tf.Tensor3D }),
    )(copies.emission);
    const chain = await plainOf({ ...shared, emission, mask });
    const all = paths(chain, 0);
    const scores = (await sampled.value.array()) as number[];
    const drawn = ((await tf.argMax(sampled.grad, 2).array()) as number[][]).map(String);
    for (const { labels, score } of all) {
      const rows = drawn.flatMap((each, row) => (each === String(labels) ? [row] : []));
      await expectClose(
        rows.map((row) => scores[row]!),
        rows.map(() => score),
        tolerance,
        `score of ${labels}`,
      );
      const p = Math.exp(score - logPartitionOf(all));
      await expectClose(
        [rows.length / draws],
        [p],
        5 * Math.sqrt((p * (1 - p)) / draws),
        `how often ${labels} is drawn`,
      );
    }
  },
  'no semiring leaks': async () => {
    const potentials = randomPotentials(new Rng(7), [4, 2], 3);
    await expectNoLeak(() =>
      tf.dispose([
        chainSum(kMaxSemiring(3), potentials),
        chainSum(samplingSemiring(new Rng(8)), potentials),
        chainSum(covarianceSemiring, potentials, potentials, { emission: potentials.emission }),
      ]),
    );
  },
};

function logPartitions(chain: PlainChain): number[] {
  return chain.mask.map((_, row) => logPartitionOf(paths(chain, row)));
}

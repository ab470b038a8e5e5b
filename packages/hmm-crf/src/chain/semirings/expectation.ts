/** Expectation semirings (Eisner 2002; Li & Eisner 2009), with averages in place of sums, which stay small on long chains. */
import { UsageError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Semiring } from '../semiring.js';
import { average, type Weighted, weightedSemiring, wherePossible } from './weighted.js';

/** First order, of one statistic: the chain's sum is what paths count on average. */
export const expectationSemiring: Semiring<Weighted<'mean'>> = weightedSemiring({
  lift: (_, statistics) => ({ mean: statisticAt(0, statistics) }),
  sum: ({ mean }, weights) => ({ mean: average(weights, mean) }),
  lower: ({ log, mean }) => wherePossible(log, mean),
});

/** Second order, of two statistics: the chain's sum is the covariance of what paths count. */
export const covarianceSemiring: Semiring<Weighted<'first' | 'second' | 'covariance'>> = weightedSemiring({
  lift: (logPotential, statistics) => ({
    first: statisticAt(0, statistics),
    second: statisticAt(1, statistics),
    covariance: tf.zerosLike(logPotential),
  }),
  sum({ first, second, covariance }, weights) {
    const [x, y] = [average(weights, first), average(weights, second)];
    const apart = tf.mul(tf.sub(first, tf.expandDims(x, -1)), tf.sub(second, tf.expandDims(y, -1)));
    return { first: x, second: y, covariance: average(weights, tf.add(covariance, apart)) };
  },
  lower: ({ log, covariance }) => wherePossible(log, covariance),
});

function statisticAt(index: number, statistics: readonly tf.Tensor[]): tf.Tensor {
  const found = statistics[index];
  if (found) return found;
  throw new UsageError('chainSum', `this semiring wants ${index + 1} statistics, got ${statistics.length}`);
}

/** How a chain computes with −∞: as a number so low that it stays the lowest, whatever is added to it. */

import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Stands for −∞ inside the recursion, because differences and gradients of infinities are NaN and those of numbers are not. No finite
 * sum of log potentials comes near it, and 100,000 steps of it stay above −1e20, where WebGL's `max` begins to lie.
 */
export const impossible = -1e15;

/** `x` with every −∞ as `impossible`, which passes no gradient; NaN stays NaN. */
export function withoutInfinity<T extends tf.Tensor>(x: T): T {
  const low = detach(x, (values) => tf.lessEqual(values, impossible));
  return tf.where(low, tf.fill(x.shape, impossible), x as tf.Tensor) as T;
}

/** Undoes `withoutInfinity` on sums: what contains something impossible is −∞, and passes no gradient. */
export function withInfinity<T extends tf.Tensor>(x: T): T {
  const low = detach(x, (values) => tf.lessEqual(values, impossible / 2));
  return tf.where(low, tf.fill(x.shape, -Infinity), x as tf.Tensor) as T;
}

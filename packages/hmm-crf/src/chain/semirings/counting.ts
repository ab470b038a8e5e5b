/** The counting semiring: how many paths are possible at all. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { impossible } from '../impossible.js';
import type { Semiring } from '../semiring.js';
import { logSemiring } from './log.js';

/** Sums and products of numbers of paths, kept as logarithms because they outgrow every float: the chain's sum is log(how many paths have a score above −∞). */
export const countingSemiring: Semiring<tf.Tensor> = {
  ...logSemiring,
  lift(logPotential) {
    return detach<tf.Tensor, tf.Tensor>(logPotential, (x) => {
      return tf.where(tf.greater(x, impossible / 2), tf.zerosLike(x), tf.fill(x.shape, impossible));
    });
  },
};

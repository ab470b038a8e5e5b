/** The max semiring: the best of all paths. */
import * as tf from '@tensorflow/tfjs-core';
import { withInfinity } from '../impossible.js';
import type { Semiring } from '../semiring.js';

/** (max, +): the chain's sum is the score of the Viterbi path. */
export const maxSemiring: Semiring<tf.Tensor> = {
  lift: (logPotential) => logPotential,
  times: (a, b) => tf.add(a, b),
  sum: (a) => tf.max(a, -1),
  expandDims: (a, axis) => tf.expandDims(a, axis),
  where: (keep, a, b) => tf.where(keep, a, b),
  lower: withInfinity,
};

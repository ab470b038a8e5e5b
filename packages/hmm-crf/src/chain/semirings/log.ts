/** The log semiring: sums of probabilities, kept as logarithms. */
import * as tf from '@tensorflow/tfjs-core';
import { withInfinity } from '../impossible.js';
import type { Semiring } from '../semiring.js';

/** (log Σ exp, +): the chain's sum is the log partition function, its gradient the marginals. */
export const logSemiring: Semiring<tf.Tensor> = {
  lift: (logPotential) => logPotential,
  times: (a, b) => tf.add(a, b),
  sum: logSumExp,
  expandDims: (a, axis) => tf.expandDims(a, axis),
  where: (keep, a, b) => tf.where(keep, a, b),
  lower: withInfinity,
};

/**
 * log Σ exp along the last axis of finite numbers. Core's logSumExp guards every step against −∞; here `impossible` does, so this one
 * takes half the ops. The gradient is a function of the saved input, not of a saved output (which the tape does not connect): so the second
 * derivative is right too.
 */
function logSumExp(a: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([x]);
    const top = tf.max(x, -1, true);
    const sum = tf.sum(tf.exp(tf.sub(x, top)), -1);
    return {
      value: tf.add(tf.log(sum), tf.squeeze(top, [-1])),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(tf.softmax(saved!), tf.expandDims(dy, -1)),
    };
  })(a);
}

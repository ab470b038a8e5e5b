/** log Σ exp, safe at −∞ and as often differentiable as one likes. */
import * as tf from '@tensorflow/tfjs-core';
import { detach } from './detach.js';

/**
 * log Σ exp(x) along `axis`. A slice that is all −∞ gives −∞ and gradient 0; the gradient elsewhere is softmax(x).
 * Composed of differentiable ops around a constant shift, so second derivatives are right too.
 */
export function logSumExp(x: tf.Tensor, axis: number = -1, keepDims = false): tf.Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const shift = detach(x, (values) => {
    const top = tf.max(values, at, true);
    return tf.where(tf.greater(top, -Infinity), top, tf.zerosLike(top));
  });
  const sum = tf.sum(tf.exp(tf.sub(x, shift)), at, true);
  const empty = detach(sum, (total) => tf.equal(total, 0));
  const safe = tf.where(empty, tf.onesLike(sum), sum);
  const out = tf.where(empty, tf.fill(sum.shape, -Infinity), tf.add(tf.log(safe), shift));
  return keepDims ? out : tf.squeeze(out, [at]);
}

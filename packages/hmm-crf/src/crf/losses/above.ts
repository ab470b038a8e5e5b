/** What the losses have in common: by how much something is above the score of the labels. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** total − score, [B] each; ∞, without a gradient, where the score is −∞: what is forbidden cannot be learnt. */
export function above(total: tf.Tensor1D, score: tf.Tensor1D): tf.Tensor1D {
  const none = detach(score, (values) => tf.equal(values, -Infinity));
  return tf.where(none, tf.fill(score.shape, Infinity), tf.sub(total, score)) as tf.Tensor1D;
}

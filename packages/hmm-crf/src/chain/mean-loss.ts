/** From log-likelihoods to a loss. */
import { asMask } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The mean of −logLikelihood [B] over the sequences with a real step in mask [B,T]; 0 if there is none. */
export function meanLoss(logLikelihood: tf.Tensor1D, mask: tf.Tensor2D): tf.Scalar {
  const count = tf.sum(tf.cast(tf.any(asMask(mask), 1), 'float32'));
  return tf.div(tf.neg(tf.sum(logLikelihood)), tf.maximum(count, 1));
}

/** From losses per sequence to one number; for their sum there is `tf.sum`. */
import { asMask } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { meanLoss } from '../../chain/mean-loss.js';

/** The mean of losses [B] over the sequences that have a real step in mask [B,T]; 0 if there is none. pytorch-crf's `mean`. */
export function meanOverSequences(losses: tf.Tensor1D, mask: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => meanLoss(tf.neg(losses), mask));
}

/** The sum of losses [B] by the number of real steps in mask [B,T]; 0 if there is none. pytorch-crf's `token_mean`. */
export function meanOverSteps(losses: tf.Tensor1D, mask: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const steps = tf.sum(tf.cast(asMask(mask), 'float32'));
    return tf.div(tf.sum(losses), tf.maximum(steps, 1));
  });
}

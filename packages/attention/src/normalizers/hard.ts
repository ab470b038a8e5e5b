/** Attention to one key. */
import type { Normalizer } from '@seqloom/core';
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { softmax } from './softmax.js';

/**
 * All weight on the best allowed key, of equal ones the first: energies [B,Q,K] → weights of 0 and 1. The gradient is that of softmax
 * (straight-through, arXiv:1308.3432), so that it can be trained.
 */
export const hard: Normalizer = (energies, mask) => straightThrough(softmax(energies, mask));

/** One-hot where the weights are largest, with the gradient of the weights themselves. Rows of 0 stay 0. */
export function straightThrough(weights: tf.Tensor3D): tf.Tensor3D {
  const rest = detach(weights, (soft) => {
    const chosen = tf.oneHot(tf.argMax(soft, -1), soft.shape[2]);
    const seen = tf.cast(tf.greater(tf.max(soft, -1, true), 0), 'float32');
    return tf.sub<tf.Tensor3D>(tf.mul(chosen, seen), soft);
  });
  return tf.add(weights, rest);
}

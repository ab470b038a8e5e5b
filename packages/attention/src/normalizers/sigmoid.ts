/** Every key decides for itself. */
import type { Normalizer } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkedMask } from './allowed.js';

/** 1 / (1 + exp(−energy)) for each allowed key: energies [B,Q,K] → weights, which need not sum to 1. Subtract log K from the energies to begin near softmax. arXiv:2409.04431 */
export const sigmoid: Normalizer = (energies, mask) => {
  const real = checkedMask('sigmoid', energies, mask);
  return tf.where(real, tf.sigmoid(tf.where(real, energies as tf.Tensor, 0)), 0) as tf.Tensor3D;
};

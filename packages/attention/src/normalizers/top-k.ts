/** Only the best keys count. */
import type { Normalizer } from '@seqloom/core';
import { count, detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkedMask, openEnergies } from './allowed.js';
import { softmax } from './softmax.js';

/** `normalize` over the k best allowed keys of each query; those that equal the k-th best count too. Throws OptionError unless k ≥ 1. arXiv:1912.11637 */
export function topK(k: number, normalize: Normalizer = softmax): Normalizer {
  count('topK', 'k', k, 1);
  const best: Normalizer = (energies, mask, previous) => {
    const real = checkedMask('topK', energies, mask);
    const chosen = detach(energies, (x) => {
      const { open } = openEnergies(x, real);
      const { values } = tf.topk(open, Math.min(k, x.shape[2]));
      const threshold = tf.slice(values, [0, 0, values.shape[2]! - 1], [-1, -1, 1]);
      return tf.logicalAnd(real, tf.greaterEqual(open, threshold)) as tf.Tensor3D;
    });
    return normalize(energies, chosen, previous);
  };
  return Object.assign(best, { normalize }); // whose parameters and streams are found there
}

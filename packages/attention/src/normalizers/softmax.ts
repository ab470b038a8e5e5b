/** Softmax over the allowed keys, without NaN where there is none. */
import type { Attributes, Normalizer, Op } from '@seqloom/core';
import { defineOp, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkedMask, openEnergies } from './allowed.js';
import { softmaxKernels } from './softmax-kernels.js';

/** energies [B,Q,K], mask [B or 1,Q or 1,K] of dtype bool → weights [B,Q,K]. */
export const maskedSoftmax: Op<'energies' | 'mask', Attributes> = defineOp({
  name: 'MaskedSoftmax',
  inputs: ['energies', 'mask'],
  composed: ({ energies, mask }) => [composed(energies, mask)],
  fused: softmaxKernels,
});

/**
 * Softmax over the allowed keys of each query: energies [B,Q,K], mask [B or 1,Q or 1,K] → weights [B,Q,K]. Energies of −∞ weigh nothing, and a query
 * without an allowed key gets weights 0 and gradient 0.
 */
export const softmax: Normalizer = (energies, mask) => {
  return maskedSoftmax({ energies, mask: checkedMask('softmax', energies, mask) }, {})[0] as tf.Tensor3D;
};

/** The gradient w ⊙ (dy − Σ w·dy) is 0 wherever w is; it computes w again, so that it can be differentiated itself. */
function composed(energies: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, mask]);
    const { open, allowed } = openEnergies(x as tf.Tensor, mask);
    return {
      value: tf.where(allowed, tf.softmax(open), 0),
      gradFunc: (dy, [saved, savedMask]) => {
        const weights = composed(saved!, savedMask!);
        const share = tf.mul(dy, weights);
        return tf.sub(share, tf.mul(weights, tf.sum(share, -1, true)));
      },
    };
  })(energies);
}

/** Softmax of energies / temperature: near 0 it looks at the best key alone, at ∞ at all alike. Throws OptionError unless temperature > 0. arXiv:1503.02531 */
export function softmaxWithTemperature(temperature: number): Normalizer {
  within('softmaxWithTemperature', 'temperature', temperature, Number.MIN_VALUE);
  return (energies, mask) => softmax(tf.div(energies, temperature), mask);
}

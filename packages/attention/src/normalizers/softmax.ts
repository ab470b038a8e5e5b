/** Softmax over the allowed keys, without NaN where there is none. */
import type { Attributes, Normalizer, Op } from '@seqloom/core';
import { asMask, defineOp, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxKernels } from './softmax-kernels.js';

/** Stands for −∞ where a subtraction would make NaN of it; an energy below a tenth of it counts as −∞. */
const lowest = -1e30;

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
  const [B, Q] = mask?.shape ?? [];
  dims('softmax', {
    energies: [energies, 'B Q K'],
    mask: [mask, `${B === 1 ? 1 : 'B'} ${Q === 1 ? 1 : 'Q'} K`],
  });
  return maskedSoftmax({ energies, mask: asMask(mask) }, {})[0] as tf.Tensor3D;
};

/** The gradient w ⊙ (dy − Σ w·dy) is 0 wherever w is; it computes w again, so that it can be differentiated itself. */
function composed(energies: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, mask]);
    const open = tf.where(mask, x as tf.Tensor, lowest);
    return {
      value: tf.where(tf.greater(open, lowest / 10), tf.softmax(open), 0),
      gradFunc: (dy, [saved, savedMask]) => {
        const weights = composed(saved!, savedMask!);
        const share = tf.mul(dy, weights);
        return tf.sub(share, tf.mul(weights, tf.sum(share, -1, true)));
      },
    };
  })(energies);
}

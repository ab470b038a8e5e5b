/** Softmax over the allowed keys, without NaN where there is none. */
import type { Attributes, Normalizer, Op } from '@seqloom/core';
import { defineOp, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Stands for −∞ where a subtraction would make NaN of it; an energy below a tenth of it counts as −∞. */
const lowest = -1e30;

/** energies [B,Q,K], mask [B,Q,K] → weights [B,Q,K]. */
export const maskedSoftmax: Op<'energies' | 'mask', Attributes> = defineOp({
  name: 'MaskedSoftmax',
  inputs: ['energies', 'mask'],
  composed: ({ energies, mask }) => [
    tf.customGrad((x, save) => {
      const open = tf.where(mask, x as tf.Tensor, lowest);
      const weights = tf.where(tf.greater(open, lowest / 10), tf.softmax(open), 0);
      (save as tf.GradSaveFunc)([weights]);
      return { value: weights, gradFunc: (dy, saved) => gradient(dy, saved[0]!) };
    })(energies),
  ],
  gradient: ([dy], { outputs: [weights] }) => ({ energies: () => gradient(dy!, weights!) }),
});

/**
 * Softmax over the allowed keys of each query: energies [B,Q,K], mask [B,Q,K] → weights [B,Q,K]. Energies of −∞ weigh nothing, and a query
 * without an allowed key gets weights 0 and gradient 0.
 */
export const softmax: Normalizer = (energies, mask) => {
  dims('softmax', { energies: [energies, 'B Q K'], mask: [mask, 'B Q K'] });
  return maskedSoftmax({ energies, mask }, {})[0] as tf.Tensor3D;
};

/** w ⊙ (dy − Σ w·dy): 0 wherever w is, so masked keys and empty rows need no care. */
function gradient(dy: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const share = tf.mul(dy, weights);
  return tf.sub(share, tf.mul(weights, tf.sum(share, -1, true)));
}

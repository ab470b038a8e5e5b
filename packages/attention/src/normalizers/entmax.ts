/** Sparse relatives of softmax: weights that are exactly 0 for keys that are far behind the best. */
import type { Normalizer, Op } from '@seqloom/core';
import { defineOp, detach, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkedMask, openEnergies } from './allowed.js';
import { entmaxKernels } from './entmax-kernels.js';

type Alpha = { readonly alpha: number };

/** energies [B,Q,K], mask [B or 1,Q or 1,K] of dtype bool → weights [B,Q,K]. */
export const maskedEntmax: Op<'energies' | 'mask', Alpha> = defineOp({
  name: 'MaskedEntmax',
  inputs: ['energies', 'mask'],
  composed: ({ energies, mask }, { alpha }) => [composed(energies, mask, alpha)],
  fused: entmaxKernels,
});

/** Sparsemax: the projection of the energies onto the simplex. Exact. arXiv:1602.02068 */
export const sparsemax: Normalizer = (energies, mask) =>
  maskedEntmax({ energies, mask: checkedMask('sparsemax', energies, mask) }, { alpha: 2 })[0] as tf.Tensor3D;

/** Entmax with α = 1.5, halfway between softmax and sparsemax. Exact. arXiv:1905.05702 */
export const entmax15: Normalizer = (energies, mask) =>
  maskedEntmax({ energies, mask: checkedMask('entmax15', energies, mask) }, { alpha: 1.5 })[0] as tf.Tensor3D;

/** Entmax for any α > 1: the weights are max(0, (α−1)·energy − τ)^(1/(α−1)), with τ such that they sum to 1, by bisection. Throws OptionError. arXiv:1905.05702 */
export function entmax(alpha: number): Normalizer {
  within('entmax', 'alpha', alpha, 1 + 1e-3);
  return (energies, mask) =>
    maskedEntmax({ energies, mask: checkedMask('entmax', energies, mask) }, { alpha })[0] as tf.Tensor3D;
}

/** Halvings of [−1, 0]: beyond what float32 tells apart. */
const halvings = 28;

/** With s = weights^(2−α) on the support, the gradient is s ⊙ (dy − Σ s·dy / Σ s). */
function composed(energies: tf.Tensor, mask: tf.Tensor, alpha: number): tf.Tensor {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, mask]);
    return {
      value: weightsOf(x as tf.Tensor, mask, alpha),
      gradFunc: (dy, [saved, savedMask]) => {
        const weights = composed(saved!, savedMask!, alpha);
        const support = detach(weights, (w) => tf.greater(w, 0));
        const s = tf.where(support, tf.pow(tf.where(support, weights, 1), 2 - alpha), 0);
        const total = tf.sum(s, -1, true);
        const nothing = detach(total, (sum) => tf.cast(tf.equal(sum, 0), 'float32')); // a row without an allowed key
        const mean = tf.div(tf.sum(tf.mul(s, dy), -1, true), tf.add(total, nothing));
        return tf.mul(s, tf.sub(dy, mean));
      },
    };
  })(energies);
}

function weightsOf(energies: tf.Tensor, mask: tf.Tensor, alpha: number): tf.Tensor {
  const { open, allowed } = openEnergies(energies, mask);
  const z = tf.where(allowed, tf.mul(tf.sub(open, tf.max(open, -1, true)), alpha - 1), -2); // the best is 0, τ is in [−1, 0]
  const at = (threshold: tf.Tensor) => {
    const above = tf.relu(tf.sub(z, threshold));
    return tf.where(tf.greater(above, 0), tf.pow(above, 1 / (alpha - 1)), 0); // 0 to a power below 1 is not 0 on webgpu
  };
  let low = tf.fill(tf.sum(z, -1, true).shape, -1);
  for (let i = 1; i <= halvings; i++) {
    const middle = tf.add(low, 2 ** -i);
    low = tf.where(tf.greaterEqual(tf.sum(at(middle), -1, true), 1), middle, low);
  }
  if (alpha === 2 || alpha === 1.5) return at(exactThreshold(z, tf.cast(tf.greater(z, low), 'float32'), alpha));
  const weights = at(low);
  return tf.divNoNan(weights, tf.sum(weights, -1, true));
}

/** τ in closed form, once the support is known. */
function exactThreshold(z: tf.Tensor, support: tf.Tensor, alpha: 2 | 1.5): tf.Tensor {
  const count = tf.maximum(tf.sum(support, -1, true), 1);
  const sum = tf.sum(tf.mul(z, support), -1, true);
  if (alpha === 2) return tf.div(tf.sub(sum, 1), count);
  const mean = tf.div(sum, count);
  const spread = tf.sum(tf.mul(tf.square(tf.sub(z, mean)), support), -1, true);
  return tf.sub(mean, tf.sqrt(tf.relu(tf.div(tf.sub(1, spread), count))));
}

/** Which energies of a normaliser count. */
import { asMask, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Stands for −∞ where a subtraction would make NaN of it; an energy below a tenth of it counts as −∞. */
export const lowest = -1e30;

/** Throws a ShapeError unless the mask has the shape of the energies [B,Q,K], or 1 in place of B or Q; gives it as a mask. */
export function checkedMask(where: string, energies: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
  const [B, Q] = mask?.shape ?? [];
  dims(where, {
    energies: [energies, 'B Q K'],
    mask: [mask, `${B === 1 ? 1 : 'B'} ${Q === 1 ? 1 : 'Q'} K`],
  });
  return asMask(mask) as tf.Tensor3D;
}

/** Energies with `lowest` where they are masked or −∞, and 1 where they are neither, [B,Q,K] both. */
export function openEnergies(energies: tf.Tensor, mask: tf.Tensor): { open: tf.Tensor; allowed: tf.Tensor } {
  const open = tf.where(mask, energies, lowest);
  return { open, allowed: tf.greater(open, lowest / 10) };
}

/** What a linear chain is made of: HMMs and CRFs are two ways to produce it. */

import { dims, ShapeError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Log potentials of a batch of chains, kept factored; −∞ forbids. A path y through the real steps has the score
 * initial[y₁] + Σ emission[t, yₜ] + Σ transition[yₛ, yₜ] + final[y_last], where s is the real step before t: masked steps are skipped,
 * wherever they stand, and what is at masked places is never read.
 */
export interface ChainPotentials {
  /** [K]: of beginning in each state. */
  readonly initial: tf.Tensor1D;
  /** [K] from × [K] to; or [B,T-1,K,K], where entry t−1 holds for the move into step t. */
  readonly transition: tf.Tensor2D | tf.Tensor4D;
  /** [B,T,K] */
  readonly emission: tf.Tensor3D;
  /** [B,T], 1 = real. */
  readonly mask: tf.Tensor2D;
  /** [K]: of ending in each state; 0 unless given. */
  readonly final?: tf.Tensor1D;
}

export type ChainSizes = { readonly B: number; readonly T: number; readonly K: number };

/** Throws a ShapeError unless the parts fit together and there is at least one sequence, step and state. */
export function chainSizes(where: string, { initial, transition, emission, mask, final }: ChainPotentials): ChainSizes {
  const { B, T, K } = dims(where, {
    emission: [emission, 'B T K'],
    mask: [mask, 'B T'],
    initial: [initial, 'K'],
    final: [final ?? initial, 'K'],
  });
  const state = `${K}`;
  if ((transition as tf.Tensor | undefined)?.rank === 4) {
    dims(where, { transition: [transition, `${B} ${T - 1} ${state} ${state}`] });
  } else dims(where, { transition: [transition, `${state} ${state}`] });
  const empty = Object.entries({ B, T, K }).find(([, size]) => size === 0);
  if (empty) throw new ShapeError(where, `\`emission\` [${emission.shape}] has ${empty[0]}=0: nothing to sum over`);
  return { B, T, K };
}

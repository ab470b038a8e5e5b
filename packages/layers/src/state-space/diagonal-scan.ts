/** Diagonal state spaces over a whole sequence as one op: each channel drives modes of its own. */
import type { Op, Tensors } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { complexLinearScan } from './linear-scan.js';
import { stateSpaceKernels } from './state-space-kernels.js';

export type DiagonalScanInput = 'x' | 'rates' | 'output' | 'mask' | 'initial';

/**
 * h' = λ⊙h + x, y = Re Σₙ C·h' over complex numbers, as [real, imaginary]: x [B,T,D], rates λ and output C [2,N,D], mask [B,T] bool, initial
 * [B,2,N,D] → [y [B,T,D], 0 at padding, and the last state [B,2,N,D]]. What stands at padding is not read. Fused, the states of all steps are
 * never in memory together, on either way.
 */
export const diagonalScan: Op<DiagonalScanInput, Record<string, never>> = defineOp({
  name: 'DiagonalScan',
  inputs: ['x', 'rates', 'output', 'mask', 'initial'],
  outputs: 2,
  workspaces: 1,
  composed,
  fused: stateSpaceKernels('diagonal', ['x', 'rates', 'output', 'initial']),
});

function composed({ x, rates, output, mask, initial }: Tensors<DiagonalScanInput>): tf.Tensor[] {
  const [B, T, D] = x.shape as [number, number, number];
  const N = rates.shape[1]!;
  const wide = tf.mul(tf.reshape(keepWhere(mask, x), [B, T, 1, D]), tf.ones([1, 1, N, 1]));
  const driven = tf.reshape(tf.concat([wide, tf.zerosLike(wide)], 2), [B, T, 2 * N * D]);
  const given = {
    decay: tf.reshape(rates, [2 * N * D]),
    input: driven,
    mask,
    initial: tf.reshape(initial, [B, 2 * N * D]),
  };
  const [states, last] = complexLinearScan.composed(given, { reverse: false }) as [tf.Tensor, tf.Tensor];
  const conjugate = tf.mul(output, tf.tensor([1, -1], [2, 1, 1]));
  const shown = tf.mul(tf.reshape(states, [B, T, 2 * N, D]), tf.reshape(conjugate, [1, 1, 2 * N, D]));
  return [tf.sum(shown, 2), tf.reshape(last, [B, 2, N, D])];
}

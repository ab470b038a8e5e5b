/** Selective state spaces over a whole sequence as one op: what the state keeps, takes and shows depends on the input. */
import type { Op, Tensors } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { linearScan } from './linear-scan.js';
import { stateSpaceKernels } from './state-space-kernels.js';

export type SelectiveScanInput = 'x' | 'steps' | 'rates' | 'input' | 'output' | 'mask' | 'initial';

/**
 * h' = e^(Δ·A)⊙h + Δ·x⊗B, y = Σₙ h'·C (arXiv:2312.00752): x and steps Δ > 0 [B,T,D], rates A [N,D], input B and output C [B,T,N], mask [B,T] bool,
 * initial [B,N,D] → [y [B,T,D], 0 at padding, and the last state [B,N,D]]. What stands at padding is not read. Fused, the states of all steps
 * are never in memory together, on either way.
 */
export const selectiveScan: Op<SelectiveScanInput, Record<string, never>> = defineOp({
  name: 'SelectiveScan',
  inputs: ['x', 'steps', 'rates', 'input', 'output', 'mask', 'initial'],
  outputs: 2,
  workspaces: 1,
  composed,
  fused: stateSpaceKernels('selective', ['x', 'steps', 'rates', 'input', 'output', 'initial']),
});

function composed({ rates, mask, initial, ...rest }: Tensors<SelectiveScanInput>): tf.Tensor[] {
  const { x, steps, input, output } = real(rest, mask);
  const [B, T, D] = x.shape as [number, number, number];
  const N = rates.shape[0]!;
  const perMode = (values: tf.Tensor) => tf.reshape(values, [B, T, N, 1]);
  const perChannel = (values: tf.Tensor) => tf.reshape(values, [B, T, 1, D]);
  const decay = tf.exp(tf.mul(perChannel(steps), tf.reshape(rates, [1, 1, N, D])));
  const driven = tf.mul(perChannel(tf.mul(steps, x)), perMode(input));
  const flat = (values: tf.Tensor) => tf.reshape(values, [B, T, N * D]);
  const given = { decay: flat(decay), input: flat(driven), mask, initial: tf.reshape(initial, [B, N * D]) };
  const [states, last] = linearScan.composed(given, { reverse: false }) as [tf.Tensor, tf.Tensor];
  const y = tf.sum(tf.mul(tf.reshape(states, [B, T, N, D]), perMode(output)), 2);
  return [y, tf.reshape(last, [B, N, D])];
}

/** 0 at padding. */
function real<Names extends string>(tensors: Record<Names, tf.Tensor>, mask: tf.Tensor): Record<Names, tf.Tensor> {
  const entries = Object.entries<tf.Tensor>(tensors).map(([name, tensor]) => [name, keepWhere(mask, tensor)]);
  return Object.fromEntries(entries) as Record<Names, tf.Tensor>;
}

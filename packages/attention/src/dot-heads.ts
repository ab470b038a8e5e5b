/** Softmax of scaled dot products for several heads that lie side by side: no head is moved, as transposing them would. */
import type { Op, Tensors } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Attention } from './attention.js';
import { type DotHeadsInputs, dotHeadsKernels } from './dot-heads-kernels.js';
import { maskedSoftmax, softmax } from './normalizers/softmax.js';
import { RotaryScore } from './positions/rotary.js';
import { ScaledDotScore } from './scorers/scaled-dot.js';

/**
 * query [B,Q,H·D], keys [B,K,G·D], values [B,K,G·V] (0 at padding), allowed [B or 1,Q or 1,K] → context [B,Q,H·V] and weights [B·H,Q,K]; head h reads
 * group ⌊h·G/H⌋.
 */
export const dotHeads: Op<DotHeadsInputs, { heads: number; keyHeads: number }> = defineOp({
  name: 'DotHeads',
  inputs: ['query', 'keys', 'values', 'allowed'],
  outputs: 2,
  composed: (inputs, { heads, keyHeads }) => composed(inputs, heads, keyHeads),
  fused: dotHeadsKernels,
});

/** Whether `inner` is what `dotHeads` computes, apart from turning queries and keys first if it has rotary positions. */
export function isPlainDot(inner: unknown): inner is Attention<unknown> {
  if (!(inner instanceof Attention)) return false;
  const { normalize } = inner;
  if ((typeof normalize === 'function' ? normalize : normalize.normalize) !== softmax) return false;
  return (rotaryOf(inner)?.inner ?? inner.scorer) instanceof ScaledDotScore;
}

/** The rotary positions of an attention that has them. */
export function rotaryOf({ scorer }: Attention<unknown>): RotaryScore<unknown> | undefined {
  return scorer instanceof RotaryScore ? scorer : undefined;
}

function composed(inputs: Tensors<DotHeadsInputs>, heads: number, keyHeads: number): tf.Tensor[] {
  const query = apart(inputs.query, heads, 1);
  const [keys, values] = [inputs.keys, inputs.values].map((x) => apart(x, keyHeads, heads / keyHeads)) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const [B, H, Q, D] = query.shape as [number, number, number, number];
  const K = keys.shape[2]!;
  const energies = tf.mul(tf.matMul(query, keys, false, true), 1 / Math.sqrt(D));
  const spread = tf.logicalAnd(tf.expandDims(inputs.allowed, 1), tf.ones([B, H, Q, K], 'bool'));
  const rows = [B * H, Q, K];
  const [weights] = maskedSoftmax.composed(
    { energies: tf.reshape(energies, rows), mask: tf.reshape(spread, rows) },
    {},
  ) as [tf.Tensor];
  const context = tf.matMul(tf.reshape(weights, [B, H, Q, K]), values); // [B,H,Q,V]
  const together = tf.transpose(context, [0, 2, 1, 3]);
  return [tf.reshape(together, [B, Q, H * values.shape[3]!]), weights];
}

/** [B,T,H·D] → [B,H·times,T,D], each head `times` times. */
function apart(x: tf.Tensor, heads: number, times: number): tf.Tensor {
  const [B, T, size] = x.shape as [number, number, number];
  const split = tf.transpose(tf.reshape(x, [B, T, heads, size / heads]), [0, 2, 1, 3]);
  if (times === 1) return split;
  const shape = [B, heads, 1, T * (size / heads)];
  return tf.reshape(tf.tile(tf.reshape(split, shape), [1, 1, times, 1]), [B, heads * times, T, size / heads]);
}

/** What attentions of several heads share: projections, and heads as rows of the batch. */
import type { Rng } from '@seqloom/core';
import { glorotUniform, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from './masks.js';
import { project } from './project.js';

/** weight [D,U] and bias [U]. */
export interface Projection {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias?: tf.Variable<tf.Rank.R1>;
}

/** [B,T,H·D] → [B·H,T,D]. */
export function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [B, T, size] = x.shape;
  const apart = tf.transpose(tf.reshape(x, [B, T, heads, size / heads]), [0, 2, 1, 3]); // [B,H,T,D]
  return tf.reshape(apart, [B * heads, T, size / heads]);
}

/** [B·H,T,D] → [B,T,H·D]. */
export function mergeHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [rows, T, D] = x.shape;
  const B = rows / heads;
  const together = tf.transpose(tf.reshape(x, [B, heads, T, D]), [0, 2, 1, 3]); // [B,T,H,D]
  return tf.reshape(together, [B, T, heads * D]);
}

export function newProjection(from: number, to: number, bias: boolean, rng?: Rng): Projection {
  const weight = parameter<tf.Rank.R2>([from, to], glorotUniform, rng);
  return bias ? { weight, bias: parameter<tf.Rank.R1>([to], zeros, rng) } : { weight };
}

export function apply({ weight, bias }: Projection, x: tf.Tensor3D): tf.Tensor3D {
  return project(x, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined);
}

/** Each row of a mask [B,…] `times` times: [B·times,…]. */
export function repeatRows<T extends tf.Tensor>(x: T, times: number): T {
  const [B, ...rest] = x.shape as [number, ...number[]];
  const copies = allOf(tf.expandDims(x, 1), tf.ones([times, ...rest.map(() => 1)], 'bool')); // [B,times,…]
  return tf.reshape(copies, [B * times, ...rest]) as T;
}

/** Which queries have an allowed key, [B,Q]: the output's bias must not answer for the others. */
export function seesAnything(query: tf.Tensor3D, keys: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D {
  const real = keyMask(keys);
  const seen = tf.any(mask ? allOf(real, mask) : real, -1); // [B,Q], or [B,1]
  return tf.broadcastTo(seen, [query.shape[0], query.shape[1]]);
}

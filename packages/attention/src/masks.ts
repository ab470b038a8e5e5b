/** Masks of attention: dtype bool, 1 = allowed. They broadcast against [B,Q,K]. */
import { asMask, count, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Which keys are real, for every query: mask [B,K] → [B,1,K]. */
export function keyMask(mask: tf.Tensor2D): tf.Tensor3D {
  return tf.expandDims<tf.Tensor3D>(asMask(mask), 1);
}

/** What each of `queries` may see of `keys` without looking ahead: [Q,K]. The queries are the last Q positions, so the last one sees every key. */
export function causalMask(queries: number, keys: number = queries): tf.Tensor2D {
  count('causalMask', 'queries', queries);
  const ahead = count('causalMask', 'keys', keys, queries) - queries;
  const allowed = new Uint8Array(queries * keys);
  for (let q = 0; q < queries; q++) allowed.fill(1, q * keys, q * keys + ahead + q + 1);
  return tf.tensor2d(allowed, [queries, keys], 'bool');
}

/** Allowed where every mask allows: masks of [Q,K], [B,1,K] and [B,Q,K] → their common shape. Throws ShapeError without a mask. */
export function allOf(...masks: tf.Tensor[]): tf.Tensor {
  const [first, ...others] = masks.map(asMask);
  if (!first) throw new ShapeError('allOf', 'at least one mask is needed');
  return others.reduce((all, mask) => tf.logicalAnd(all, mask), first);
}

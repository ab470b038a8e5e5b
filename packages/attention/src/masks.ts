/** Masks of attention: dtype bool, 1 = allowed. They broadcast against [B,Q,K]. */
import type { Attributes, Op } from '@seqloom/core';
import { asMask, count, defineOp, ShapeError } from '@seqloom/core';
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
  return others.reduce((a, b) => bothAllow({ a, b }, {})[0]!, first);
}

/** 1 where both masks are 1; an axis of size 1 spreads. tfjs spreads masks element by element, at a hundred times the cost of attention itself. */
export const bothAllow: Op<'a' | 'b', Attributes> = defineOp({
  name: 'BothAllow',
  inputs: ['a', 'b'],
  composed: ({ a, b }) => [tf.logicalAnd(a, b)],
  fused: {
    forward: ({ a, b }, _, workspace) => {
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
      const output = workspace.output(shape, 'bool');
      const [aStart, bStart] = [workspace.input(a!), workspace.input(b!)];
      const bytes = new Uint8Array(workspace.kernels.memory.memory.buffer);
      const [aStep, bStep] = [a!.shape.at(-1) === 1 ? 0 : 1, b!.shape.at(-1) === 1 ? 0 : 1];
      const length = shape.at(-1) ?? 1;
      const rows = shape.slice(0, -1);
      const count = tf.util.sizeFromShape(rows);
      for (let row = 0, at = output.pointer; row < count; row++) {
        let [i, j] = [aStart + rowOffset(a!.shape, rows, row), bStart + rowOffset(b!.shape, rows, row)];
        for (let k = 0; k < length; k++, i += aStep, j += bStep) bytes[at++] = bytes[i]! & bytes[j]!;
      }
      return output;
    },
  },
});

/** Where the row number `row` of the common shape (`rows`, without the last axis) begins in a tensor of `shape`. */
function rowOffset(shape: readonly number[], rows: readonly number[], row: number): number {
  const missing = rows.length + 1 - shape.length;
  let [offset, stride, rest] = [0, shape.at(-1) ?? 1, row];
  for (let axis = rows.length - 1; axis >= missing; axis--) {
    const size = shape[axis - missing]!;
    if (size > 1) offset += (rest % size) * stride;
    rest = Math.floor(rest / rows[axis]!);
    stride *= size;
  }
  return offset;
}

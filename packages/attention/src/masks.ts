/** Masks of attention: dtype bool, 1 = allowed. They broadcast against [B,Q,K]. */
import type { Attributes, Op } from '@seqloom/core';
import { asMask, count, defineOp, dims, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Which keys are real, for every query: mask [B,K] → [B,1,K]. */
export function keyMask(mask: tf.Tensor2D): tf.Tensor3D {
  return tf.expandDims<tf.Tensor3D>(asMask(mask), 1);
}

/** What each of `queries` may see of `keys` without looking ahead: [Q,K]. The queries are the last Q positions, so the last one sees every key. */
export function causalMask(queries: number, keys: number = queries): tf.Tensor2D {
  return pattern('causalMask', queries, keys, (q, k) => k <= q);
}

/** What lies within `window` keys of each query, itself among them: [Q,K]. Before it only, unless `ahead` says how many behind it. The queries are the last Q positions. */
export function windowMask(queries: number, keys: number, window: number, ahead = 0): tf.Tensor2D {
  count('windowMask', 'window', window);
  count('windowMask', 'ahead', ahead, 0);
  return pattern('windowMask', queries, keys, (q, k) => k > q - window && k <= q + ahead);
}

/** What lies in the same block of `size` positions: [Q,K]. The queries are the last Q positions. */
export function blockMask(queries: number, keys: number, size: number): tf.Tensor2D {
  count('blockMask', 'size', size);
  return pattern('blockMask', queries, keys, (q, k) => Math.floor(q / size) === Math.floor(k / size));
}

/** A prefix that everybody sees, and behind it no looking ahead (prefix language models): [Q,K]. The queries are the last Q positions. arXiv:1910.10683 */
export function prefixMask(queries: number, keys: number, prefix: number): tf.Tensor2D {
  count('prefixMask', 'prefix', prefix, 0);
  return pattern('prefixMask', queries, keys, (q, k) => k <= q || k < prefix);
}

/** What belongs to the same segment, for several texts in one row: segments of queries [B,Q] and of keys [B,K], int32 → [B,Q,K]. */
export function segmentMask(queries: tf.Tensor2D, keys: tf.Tensor2D = queries): tf.Tensor3D {
  dims('segmentMask', { queries: [queries, 'B Q'], keys: [keys, 'B K'] });
  return tf.equal(tf.expandDims(queries, 2), tf.expandDims(keys, 1));
}

/** `allows(position of the query, position of the key)` as a mask [Q,K]. */
function pattern(
  where: string,
  queries: number,
  keys: number,
  allows: (query: number, key: number) => boolean,
): tf.Tensor2D {
  count(where, 'queries', queries);
  const first = count(where, 'keys', keys, queries) - queries;
  const allowed = Uint8Array.from({ length: queries * keys }, (_, i) =>
    Number(allows(first + Math.floor(i / keys), i % keys)),
  );
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

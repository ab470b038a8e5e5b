/** Whole rows by a mask: tf.where spreads the mask over every value first, which on wasm costs ten times the choice itself. */
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../backend/fused.js';
import { defineOp, type Op } from '../op.js';

/** `a` in the rows whose mask is 1 and `b` in the others, whatever stands in the rows left out: mask [N], a and b [N,…]. */
export function selectRows<T extends tf.Tensor>(mask: tf.Tensor1D, a: T, b: T): T {
  const choose = a.dtype === 'float32' && b.dtype === 'float32' ? selectRowsOp : selectRowsOp.composed;
  return choose({ mask: bits(mask), a, b }, {})[0] as T;
}

/** `x` in the rows whose mask is 1 and `otherwise` in the others: mask [N], x [N,…]. */
export function keepRows<T extends tf.Tensor>(mask: tf.Tensor1D, x: T, otherwise: number): T {
  const choose = x.dtype === 'float32' ? keepRowsOp : keepRowsOp.composed;
  return choose({ mask: bits(mask), x }, { otherwise })[0] as T;
}

export const selectRowsOp: Op<'mask' | 'a' | 'b', Record<string, never>> = defineOp({
  name: 'SelectRows',
  inputs: ['mask', 'a', 'b'],
  composed: ({ mask, a, b }) => [tf.where(tf.reshape(mask, columns(mask, a)), a, b)],
  fused: {
    forward: ({ mask, a, b }, _, workspace) => mixed(workspace, mask!, a!, b!),
    backward: ({ mask, dy0 }, _, workspace) => [mixed(workspace, mask!, dy0!, 0), mixed(workspace, mask!, 0, dy0!)],
    differentiable: ['a', 'b'],
  },
});

export const keepRowsOp: Op<'mask' | 'x', { otherwise: number }> = defineOp({
  name: 'KeepRows',
  inputs: ['mask', 'x'],
  composed: ({ mask, x }, { otherwise }) => [
    tf.where(tf.reshape(mask, columns(mask, x)), x, tf.scalar(otherwise, x.dtype as 'float32')),
  ],
  fused: {
    forward: ({ mask, x }, { otherwise }, workspace) => mixed(workspace, mask!, x!, otherwise as number),
    backward: ({ mask, dy0 }, _, workspace) => mixed(workspace, mask!, dy0!, 0),
    differentiable: ['x'],
  },
});

/** Kernels read a mask byte by byte. */
function bits(mask: tf.Tensor): tf.Tensor {
  return mask.dtype === 'bool' ? mask : tf.cast(mask, 'bool');
}

type Workspace = Parameters<FusedKernel>[2];

/** A shape that spreads a mask [N] over x [N,…]. */
function columns(mask: tf.Tensor, x: tf.Tensor): number[] {
  return [mask.size, ...new Array<number>(x.rank - 1).fill(1)];
}

/** The rows of `kept` where the mask is 1, of `other` elsewhere; a number stands for rows of it. */
function mixed(workspace: Workspace, mask: tf.TensorInfo, kept: tf.TensorInfo | number, other: tf.TensorInfo | number) {
  const { memory } = workspace.kernels;
  const { shape } = typeof kept === 'number' ? (other as tf.TensorInfo) : kept;
  const size = tf.util.sizeFromShape(shape);
  const pointers = [mask, kept, other].map((x) => (typeof x === 'number' ? 0 : workspace.input(x)));
  const output = workspace.output([...shape]);
  const out = floats(memory, output.pointer, size);
  const rows = new Uint8Array(memory.memory.buffer, pointers[0], mask.shape[0]);
  const width = size / rows.length;
  const put = (x: tf.TensorInfo | number, pointer: number, from: number, to: number) => {
    if (typeof x === 'number') out.fill(x, from, to);
    else out.set(floats(memory, pointer + 4 * from, to - from), from);
  };
  put(kept, pointers[1]!, 0, size);
  for (const [row, real] of rows.entries()) if (!real) put(other, pointers[2]!, row * width, (row + 1) * width);
  return output;
}

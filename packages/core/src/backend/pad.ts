/** Padding: one copy, and the border around it filled axis by axis, so that every number is written once. */
import { floats, integers, type Kernels, scope } from '@seqloom/kernels';
import type * as tf from '@tensorflow/tfjs-core';
import { filled } from './filled.js';
import type { Call } from './replace-kernels.js';
import { copyStrided } from './strided-copy.js';
import { contiguous } from './strides.js';

/** Serves PadV2 for 4-byte numbers. */
export function pad(call: Call): tf.TensorInfo | undefined {
  const { x } = call.inputs as Record<'x', tf.TensorInfo>;
  const { dtype, shape } = x;
  if (dtype !== 'float32' && dtype !== 'int32') return undefined;
  const { paddings, constantValue } = call.attributes as unknown as tf.PadV2Attrs;
  const outShape = shape.map((length, axis) => paddings[axis]![0] + length + paddings[axis]![1]);
  const { kernels } = call;
  return filled(call, outShape, dtype, [x], (out, from) =>
    scope(kernels.memory, (allocate) => {
      const constant = allocate(4);
      (dtype === 'float32' ? floats : integers)(kernels.memory, constant, 1)[0] = constantValue;
      const toStrides = contiguous(outShape);
      const to = fillBorder(kernels, { constant, out, shape, outShape, paddings, toStrides });
      copyStrided(kernels, { from: from!, fromStrides: contiguous(shape), to, toStrides, shape, bytes: 4 });
    }),
  );
}

interface Border {
  /** The address of what it is filled with. */
  constant: number;
  out: number;
  shape: readonly number[];
  outShape: readonly number[];
  paddings: readonly (readonly [number, number])[];
  toStrides: readonly number[];
}

/** Fills both sides of each axis, within the borders of the axes before it; returns where the inside begins. */
function fillBorder(kernels: Kernels, { constant, out, shape, outShape, paddings, toStrides }: Border): number {
  const fromStrides = new Array<number>(shape.length).fill(0);
  let start = out;
  for (const [axis, [before, after]] of paddings.entries()) {
    const side = [...shape.slice(0, axis), 0, ...outShape.slice(axis + 1)];
    const copy = { from: constant, fromStrides, toStrides, bytes: 4 };
    const stride = 4 * toStrides[axis]!;
    copyStrided(kernels, { ...copy, to: start, shape: side.with(axis, before) });
    copyStrided(kernels, { ...copy, to: start + stride * (before + shape[axis]!), shape: side.with(axis, after) });
    start += stride * before;
  }
  return start;
}

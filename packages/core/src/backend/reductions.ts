/** tfjs' reductions and softmax in SIMD, along any run of neighbouring axes: tfjs transposes first unless they are the last. */

import type { Reduction } from '@seqloom/kernels';
import * as kernels from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { filled } from './filled.js';
import type { Call, Replacement } from './replace-kernels.js';
import { sizeOf } from './strides.js';

export const reductions: Readonly<Record<string, Replacement>> = {
  [tf.Sum]: { serve: (call) => reduction(call, 'sum') },
  [tf.Mean]: { serve: (call) => reduction(call, 'sum', true) },
  [tf.Max]: { serve: (call) => reduction(call, 'max') },
  [tf.Min]: { serve: (call) => reduction(call, 'min') },
  [tf.Softmax]: { serve: softmax },
};

interface ReductionAttributes {
  axis?: number | number[];
  /** How tfjs names the axes of Max. */
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

function reduction(call: Call, op: Reduction, mean = false): tf.TensorInfo | undefined {
  const { x } = call.inputs as Record<'x', tf.TensorInfo>;
  const { axis, reductionIndices = axis, keepDims } = call.attributes as ReductionAttributes;
  if (x.dtype !== 'float32' || x.shape.includes(0)) return undefined;
  const axes = tf.util.parseAxisParam(reductionIndices as number | number[], x.shape);
  const run = asOneAxis(x.shape, axes);
  if (!run) return undefined;
  const kept = (length: number, i: number) => (axes.includes(i) ? 1 : length);
  const shape = keepDims ? x.shape.map(kept) : x.shape.filter((_, i) => !axes.includes(i));
  return filled(call, shape, 'float32', [x], (out, from) =>
    kernels.reduce(call.kernels, op, { x: from!, out, ...run, divisor: mean ? run.length : 1 }),
  );
}

/** The shape as [blocks, length, width] with the axes as the middle one, where they are neighbours but for axes of length 1. */
function asOneAxis(shape: readonly number[], axes: readonly number[]) {
  const real = shape
    .map((length, axis) => ({ length, reduced: axes.includes(axis) }))
    .filter(({ length }) => length > 1);
  const first = real.findIndex(({ reduced }) => reduced);
  const last = real.findLastIndex(({ reduced }) => reduced);
  if (first >= 0 && real.slice(first, last).some(({ reduced }) => !reduced)) return undefined;
  const size = (part: typeof real) => part.reduce((product, { length }) => product * length, 1);
  if (first < 0) return { blocks: size(real), length: 1, width: 1 };
  return {
    blocks: size(real.slice(0, first)),
    length: size(real.slice(first, last + 1)),
    width: size(real.slice(last + 1)),
  };
}

function softmax(call: Call): tf.TensorInfo | undefined {
  const { logits } = call.inputs as Record<'logits', tf.TensorInfo>;
  const { dim } = call.attributes as unknown as tf.SoftmaxAttrs;
  const { shape, dtype } = logits;
  if (dtype !== 'float32' || dim !== shape.length - 1 || shape.includes(0)) return undefined;
  const columns = shape[dim]!;
  return filled(call, shape, 'float32', [logits], (out, x) =>
    kernels.softmax(call.kernels, { x: x!, out, rows: sizeOf(logits) / columns, columns }),
  );
}

/** tfjs' reductions and softmax in SIMD, along any run of neighbouring axes: tfjs transposes first unless they are the last. */

import type { Reduction } from '@seqloom/kernels';
import * as kernels from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { filled } from './filled.js';
import type { Call, Replacement } from './replace-kernels.js';
import { sizeOf } from './strides.js';

const cpuFrom = 256;

export const reductions: Readonly<Record<string, Replacement>> = {
  [tf.Sum]: { serve: (call) => reduction(call, 'sum'), cpuFrom },
  [tf.Mean]: { serve: (call) => reduction(call, 'sum', true), cpuFrom },
  [tf.Max]: { serve: (call) => reduction(call, 'max'), cpuFrom },
  [tf.Min]: { serve: (call) => reduction(call, 'min'), cpuFrom },
  [tf.Softmax]: { serve: softmax, cpuFrom: 0, wasm: false }, // XNNPACK's is as fast
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
  const { shape, dtype } = x;
  if (dtype !== 'float32' || shape.includes(0)) return undefined;
  const axes = tf.util.parseAxisParam(reductionIndices as number | number[], shape);
  const run = asOneAxis(shape, axes);
  if (!run) return undefined;
  const outShape = tf.backend_util.computeOutAndReduceShapes(shape, axes)[0];
  return filled(
    call,
    keepDims ? tf.backend_util.expandShapeToKeepDim(outShape, axes) : outShape,
    'float32',
    [x],
    (out, from) => kernels.reduce(call.kernels, op, { x: from!, out, ...run, divisor: mean ? run.length : 1 }),
  );
}

/** The shape as [blocks, length, width] with the axes as the middle one, where they are neighbours but for axes of length 1. */
function asOneAxis(shape: readonly number[], axes: readonly number[]) {
  const run = { blocks: 1, length: 1, width: 1 };
  for (let axis = 0; axis < shape.length; axis++) {
    const own = shape[axis]!;
    if (own === 1) continue;
    if (!axes.includes(axis)) {
      if (run.length === 1) run.blocks *= own;
      else run.width *= own;
    } else if (run.width === 1) run.length *= own;
    else return undefined;
  }
  return run;
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

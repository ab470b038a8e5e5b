/** tfjs-core's gradients, and ours in the place of those that are wrong. */
import * as tf from '@tensorflow/tfjs-core';
import { registerGradients as registerOriginals } from '../generated/gradients.js';
import { gradientsOfOutputs } from './gradients-of-outputs.js';

let registered = false;

/** Registers the gradient of every tfjs op, once. */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  registerOriginals();
  for (const gradient of [cumsum, gather, matMul, ...gradientsOfOutputs]) tf.registerGradient(gradient);
}

/** The original permutes the gradient's axes as well, which fails unless the axis is the last. */
const cumsum: tf.GradConfig = {
  kernelName: tf.Cumsum,
  gradFunc(dy, _saved, attributes) {
    const { axis, exclusive, reverse } = attributes as unknown as tf.CumsumAttrs;
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
};

/** The original forgets to sum over the batches that an operand was broadcast to. */
const matMul: tf.GradConfig = {
  kernelName: tf.BatchMatMul,
  inputsToSave: ['a', 'b'],
  gradFunc(dy, saved, attributes) {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const { transposeA, transposeB } = attributes as unknown as tf.BatchMatMulAttrs;
    const gradient = dy as tf.Tensor;
    return {
      a: () => (transposeA ? product(a, b, gradient, transposeB, true) : product(a, gradient, b, false, !transposeB)),
      b: () => (transposeB ? product(b, gradient, a, true, transposeA) : product(b, a, gradient, !transposeA, false)),
    };
  },
};

/** left · right, summed over the batches that `operand` was broadcast to. */
function product(
  operand: tf.Tensor,
  left: tf.Tensor,
  right: tf.Tensor,
  transposeLeft: boolean,
  transposeRight: boolean,
): tf.Tensor {
  const tall = operand.rank === 2 && left.rank > 2 && transposeLeft && !transposeRight && sameBatch(left, right);
  if (tall)
    return tf.matMul(tf.reshape(left, [-1, left.shape.at(-1)!]), tf.reshape(right, [-1, right.shape.at(-1)!]), true);
  const full = tf.matMul(left, right, transposeLeft, transposeRight);
  const axes = tf.broadcast_util.getReductionAxes(operand.shape, full.shape);
  return axes.length === 0 ? full : tf.reshape(tf.sum(full, axes), operand.shape);
}

function sameBatch(left: tf.Tensor, right: tf.Tensor): boolean {
  return tf.util.arraysEqual(left.shape.slice(0, -1), right.shape.slice(0, -1));
}

/** The original calls methods that tfjs-core alone does not have, and goes through the batches one by one. */
const gather: tf.GradConfig = {
  kernelName: tf.GatherV2,
  inputsToSave: ['x', 'indices'],
  gradFunc(dy, saved, attributes) {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    const { axis, batchDims } = attributes as unknown as tf.GatherV2Attrs;
    return { x: () => scatter(dy as tf.Tensor, indices, x.shape, axis, batchDims) };
  },
};

/** Adds each slice of dy to where `gather` took it from: all batches as segments of one sum. */
function scatter(dy: tf.Tensor, indices: tf.Tensor, shape: number[], axis: number, batchDims: number): tf.Tensor {
  const size = tf.util.sizeFromShape;
  const batch = size(shape.slice(0, batchDims));
  const outer = size(shape.slice(batchDims, axis));
  const length = shape[axis]!;
  const inner = size(shape.slice(axis + 1));
  const ids = tf.reshape(indices, [batch, -1]);
  const firsts = tf.range(0, batch * length, length, 'int32');
  const segments = batch === 1 ? ids : tf.add(ids, tf.expandDims(firsts, 1));
  const slices = swap(tf.reshape(dy, [batch, outer, ids.shape[1]!, inner])); // [batch,indices,outer,inner]
  const rows = tf.reshape(slices, [ids.size, outer * inner]);
  const sums = tf.unsortedSegmentSum(rows, tf.reshape(segments, [-1]) as tf.Tensor1D, batch * length);
  return tf.reshape(swap(tf.reshape(sums, [batch, length, outer, inner])), shape);
}

/** Swaps the axes 1 and 2, which costs nothing where one of them is 1. */
function swap(x: tf.Tensor): tf.Tensor {
  const [batch, rows, columns, inner] = x.shape as [number, number, number, number];
  if (rows === 1 || columns === 1) return tf.reshape(x, [batch, columns, rows, inner]);
  return tf.transpose(x, [0, 2, 1, 3]);
}

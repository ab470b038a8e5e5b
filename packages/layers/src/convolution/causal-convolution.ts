/** Causal convolution over time: each step sees itself and real steps before it. */
import type { Op } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { causalConvolutionKernels } from './causal-convolution-kernels.js';
import { realSteps } from './real-steps.js';

/** How far apart the taps of a filter are. */
export interface Dilation extends Readonly<Record<string, unknown>> {
  readonly dilation: number;
}

/**
 * x [B,T,D], past [B,L,D] with L = (K−1)·dilation (the real steps before, the oldest first), weight [K,D,U] (the last tap is the step itself),
 * bias [U], mask [B,T] → [output [B,T,U], 0 at padding, and the past of what follows [B,L,D]]. What stands at padding is not read.
 */
export const causalConvolution: Op<'x' | 'past' | 'weight' | 'bias' | 'mask', Dilation> = defineOp({
  name: 'CausalConvolution',
  inputs: ['x', 'past', 'weight', 'bias', 'mask'],
  outputs: 2,
  fused: causalConvolutionKernels,
  composed({ x, past, weight, bias, mask }, { dilation }) {
    return convolved({ x, past, bias, mask }, dilation, weight, (windows, T) => {
      const [K, D, U] = weight.shape as [number, number, number];
      const rows = tf.reshape<tf.Rank.R2>(tf.concat(windows, 2), [-1, K * D]);
      return tf.reshape(tf.matMul(rows, tf.reshape<tf.Rank.R2>(weight, [K * D, U])), [-1, T, U]);
    });
  },
});

/** As `causalConvolution`, for features in `groups` that do not meet: weight [K,D/groups,U]. */
export function groupedCausalConvolution(
  inputs: Readonly<Record<'x' | 'past' | 'weight' | 'bias' | 'mask', tf.Tensor>>,
  dilation: number,
  groups: number,
): tf.Tensor[] {
  const { weight } = inputs;
  const [K, perGroup, U] = weight.shape as [number, number, number];
  if (perGroup === 1 && groups === U) {
    const taps = chunks(weight, K, 0); // [1,1,U] each
    return convolved(inputs, dilation, weight, (windows) =>
      tf.addN(windows.map((window, k) => tf.mul(window, taps[k]!))),
    );
  }
  return convolved(inputs, dilation, weight, (windows, T) => {
    const split = tf.reshape(tf.stack(windows, 2), [-1, K, groups, perGroup]);
    const rows = tf.reshape<tf.Rank.R3>(tf.transpose(split, [2, 0, 1, 3]), [groups, -1, K * perGroup]);
    const byGroup = tf.transpose(tf.reshape(weight, [K, perGroup, groups, U / groups]), [2, 0, 1, 3]);
    const filters = tf.reshape<tf.Rank.R3>(byGroup, [groups, K * perGroup, U / groups]);
    return tf.reshape(tf.transpose(tf.matMul(rows, filters), [1, 0, 2]), [-1, T, U]);
  });
}

/** Lays out the windows of each tap [B,T,D], and brings what `sum` makes of them [B,T,U] back to its places. */
function convolved(
  { x, past, bias, mask }: Readonly<Record<'x' | 'past' | 'bias' | 'mask', tf.Tensor>>,
  dilation: number,
  weight: tf.Tensor,
  sum: (windows: tf.Tensor3D[], T: number) => tf.Tensor,
): tf.Tensor[] {
  const [B, T, D] = x.shape as [number, number, number];
  const steps = realSteps({ values: x as tf.Tensor3D, mask: mask as tf.Tensor2D }, past as tf.Tensor3D);
  const windows = Array.from({ length: weight.shape[0]! }, (_, k) =>
    tf.slice(steps.seen, [0, k * dilation, 0], [B, T, D]),
  );
  return [steps.restore(tf.add(sum(windows, T), bias)), steps.past];
}

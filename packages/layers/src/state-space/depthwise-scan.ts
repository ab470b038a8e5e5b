/** Causal convolution of each channel by itself, as one op that passes over padding. */
import type { FusedKernel, Op, Tensors } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import { depthwiseScan as depthwiseKernel, depthwiseScanGradient } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { stepsBefore } from './steps-before.js';

export type DepthwiseScanInput = 'x' | 'weight' | 'bias' | 'mask' | 'history';

/**
 * y = bias + Σₖ weight[k]⊙(the real step K − 1 − k before), K ≥ 2: x [B,T,D], weight [K,D], bias [D], mask [B,T] bool, history [B,K−1,D], the real steps
 * before the first, oldest first → [y [B,T,D], 0 at padding, and the history of what comes next]. What stands at padding is not read.
 */
export const depthwiseScan: Op<DepthwiseScanInput, Record<string, never>> = defineOp({
  name: 'DepthwiseScan',
  inputs: ['x', 'weight', 'bias', 'mask', 'history'],
  outputs: 2,
  composed,
  fused: {
    forward(tensors, _, workspace) {
      const { x, bias, history } = tensors;
      const [y, last] = [workspace.output([...x!.shape]), workspace.output([...history!.shape])];
      const given = { ...pointers(tensors, workspace), bias: workspace.input(bias!) };
      depthwiseKernel(workspace.kernels, shapeOf(tensors), given, { y: y.pointer, last: last.pointer });
      return [y, last];
    },
    backward(tensors, _, workspace) {
      const made = [tensors.x, tensors.weight, tensors.bias, tensors.history].map((each) =>
        workspace.output([...each!.shape]),
      );
      const [dX, dWeight, dBias, dHistory] = made.map(({ pointer }) => pointer) as [number, number, number, number];
      const read = { dY: workspace.input(tensors.dy0!), dLast: workspace.input(tensors.dy1!) };
      const given = { ...pointers(tensors, workspace), ...read };
      depthwiseScanGradient(workspace.kernels, shapeOf(tensors), given, { dX, dWeight, dBias, dHistory });
      return made;
    },
    differentiable: ['x', 'weight', 'bias', 'history'],
  },
});

function composed({ x, weight, bias, mask, history }: Tensors<DepthwiseScanInput>): tf.Tensor[] {
  const [K, D] = weight.shape as [number, number];
  const seen = stepsBefore(keepWhere(mask, x), mask, history);
  const taps = seen.steps.map((step, k) =>
    tf.mul(step, tf.reshape(tf.slice(weight, [K - 1 - k, 0], [1, D]), [1, 1, D])),
  );
  return [keepWhere(mask, tf.add(tf.addN(taps), bias)), seen.history];
}

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

function shapeOf({ x, weight }: Inputs) {
  const [batch, time, channels] = x!.shape as [number, number, number];
  return { batch, time, channels, width: weight!.shape[0]! };
}

function pointers({ x, weight, mask, history }: Inputs, { input }: Workspace) {
  return { x: input(x!), weight: input(weight!), mask: input(mask!), history: input(history!) };
}

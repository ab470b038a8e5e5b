/** Normalisation of the last axis as ops: a mean, a square and six products in one pass over memory, forward and backward. */
import type { FusedKernel, FusedPair, Op } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import { normalizeRows, normalizeRowsGradient, type RowNormalization } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** (x − mean)/√(variance + epsilon)·weight + bias along the last axis: x [...,D], weight [D], bias [D] → [...,D]. */
export const layerNorm: Op<'x' | 'weight' | 'bias', { epsilon: number }> = defineOp({
  name: 'LayerNormalization',
  inputs: ['x', 'weight', 'bias'],
  workspaces: 1,
  composed({ x, weight, bias }, { epsilon }) {
    const rows = asRows(x);
    const centred = tf.sub(rows, tf.mean(rows, 1, true));
    return [tf.reshape(tf.add(tf.mul(toUnit(centred, epsilon), weight), bias), x.shape)];
  },
  fused: normalizationKernels(['x', 'weight', 'bias']),
});

/** x/√(mean of x² + epsilon)·weight along the last axis: x [...,D], weight [D] → [...,D]. */
export const rmsNorm: Op<'x' | 'weight', { epsilon: number }> = defineOp({
  name: 'RMSNormalization',
  inputs: ['x', 'weight'],
  workspaces: 1,
  composed: ({ x, weight }, { epsilon }) => [tf.reshape(tf.mul(toUnit(asRows(x), epsilon), weight), x.shape)],
  fused: normalizationKernels(['x', 'weight']),
});

/** [...,D] → [N,D]: broadcasting over other ranks goes wrong on webgl. */
function asRows(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1)!]);
}

function toUnit(x: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)));
}

/** With a bias the mean is taken away, without one it is not. Workspace: mean and factor of each row. */
function normalizationKernels<Name extends 'x' | 'weight' | 'bias'>(names: readonly Name[]): FusedPair<Name> {
  return {
    forward(inputs, { epsilon }, workspace) {
      const { x, bias } = inputs;
      const out = workspace.output([...x!.shape]);
      const scales = workspace.output([x!.shape.slice(0, -1).reduce((a, b) => a * b, 1), 2]);
      const call = describe(inputs, workspace, scales.pointer);
      const offset = bias && { bias: workspace.input(bias) };
      normalizeRows(workspace.kernels, call, { ...offset, epsilon: epsilon as number, out: out.pointer });
      return [out, scales];
    },
    backward(inputs, _, workspace) {
      const made = names.map((name) => workspace.output([...inputs[name]!.shape]));
      const [dX, dWeight, dBias] = made.map(({ pointer }) => pointer) as [number, number, number?];
      const [scales, dY] = [workspace.input(inputs.out1!), workspace.input(inputs.dy0!)];
      normalizeRowsGradient(workspace.kernels, describe(inputs, workspace, scales), { dY, dX, dWeight, dBias });
      return made;
    },
    differentiable: names,
  };
}

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

function describe({ x, weight, bias }: Inputs, { input }: Workspace, scales: number): RowNormalization {
  const columns = x!.shape.at(-1)!;
  const rows = x!.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  return { x: input(x!), weight: input(weight!), scales, rows, columns, centred: bias !== undefined };
}

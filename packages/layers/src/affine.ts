/** y = x·weight + bias as one op: tfjs' wasm backend adds a bias, and sums its gradient, element by element. */
import type { FusedKernel, Op } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import { type Affine, affineGradient, affine as affineKernel } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** x [N,D], weight [D,U], bias [U] → [N,U]. */
export const affine: Op<'x' | 'weight' | 'bias', Record<string, never>> = defineOp({
  name: 'Affine',
  inputs: ['x', 'weight', 'bias'],
  composed: ({ x, weight, bias }) => [tf.add(tf.matMul(x, weight), bias)],
  fused: {
    forward(tensors, _, workspace) {
      const inputs = pointers(tensors, workspace);
      const y = workspace.output([inputs.rows, inputs.outputSize]);
      affineKernel(workspace.kernels, inputs, y.pointer);
      return y;
    },
    backward(tensors, { wanted }, workspace) {
      const inputs = pointers(tensors, workspace);
      const { rows, inputSize, outputSize } = inputs;
      const dX = (wanted as readonly string[]).includes('x') ? workspace.output([rows, inputSize]) : undefined;
      const [dWeight, dBias] = [workspace.output([inputSize, outputSize]), workspace.output([outputSize])];
      const dY = workspace.input(tensors.dy0!);
      const places = { dX: dX?.pointer, dWeight: dWeight.pointer, dBias: dBias.pointer };
      affineGradient(workspace.kernels, inputs, { dY, ...places });
      const made = { x: dX, weight: dWeight, bias: dBias };
      return (wanted as (keyof typeof made)[]).map((name) => made[name]!);
    },
    differentiable: ['x', 'weight', 'bias'],
  },
});

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

function pointers({ x, weight, bias }: Inputs, { input }: Workspace): Affine {
  const [rows, inputSize] = x!.shape as [number, number];
  const outputSize = weight!.shape[1]!;
  return { x: input(x!), weight: input(weight!), bias: input(bias!), rows, inputSize, outputSize };
}

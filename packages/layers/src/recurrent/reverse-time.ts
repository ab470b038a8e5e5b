/** Sequences backwards. */
import type { FusedKernel, Op, Sequence } from '@seqloom/core';
import { asMask, defineOp } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** The last step first. The mask takes a way round, because tfjs' wasm backend reverses bool as if it had four bytes. */
export function reverseTime({ values, mask }: Sequence): Sequence {
  return {
    values: reversedSteps(values),
    mask: asMask(tf.reverse(tf.cast(mask, 'int32'), 1)),
  };
}

/** x [B,T,D] → the same with its steps in the opposite order. */
export function reversedSteps(x: tf.Tensor3D): tf.Tensor3D {
  return reverseSteps({ x }, {})[0] as tf.Tensor3D;
}

/** The op of `reversedSteps`; tfjs moves number by number, and this row by row. */
export const reverseSteps: Op<'x', Record<string, never>> = defineOp({
  name: 'ReverseSteps',
  inputs: ['x'],
  composed: ({ x }) => [tf.reverse(x, 1)],
  fused: {
    forward: ({ x }, _, workspace) => reversed(x!, workspace),
    backward: ({ dy0 }, _, workspace) => reversed(dy0!, workspace),
    differentiable: ['x'],
  },
});

type Workspace = Parameters<FusedKernel>[2];

function reversed(x: tf.TensorInfo, workspace: Workspace): ReturnType<Workspace['output']> {
  const [B, T, D] = x.shape as [number, number, number];
  const pointer = workspace.input(x);
  const output = workspace.output([B, T, D]);
  const { memory } = workspace.kernels;
  const [from, to] = [floats(memory, pointer, B * T * D), floats(memory, output.pointer, B * T * D)];
  for (let row = 0; row < B * T; row++) {
    const mirror = row - (row % T) + (T - 1 - (row % T));
    to.set(from.subarray(row * D, (row + 1) * D), mirror * D);
  }
  return output;
}

/** What the scans' kernels ask of the place they work in. */
import type { FusedKernel } from '@seqloom/core';
import { floats } from '@seqloom/kernels';

type Workspace = Parameters<FusedKernel>[2];

/** A new tensor with the values of another: a kernel turns the gradient of the last state into that of the first in place. */
export function copyOf(
  workspace: Workspace,
  tensor: Parameters<Workspace['input']>[0],
): ReturnType<Workspace['output']> {
  const shape = [...tensor.shape];
  const from = workspace.input(tensor);
  const copy = workspace.output(shape);
  const { memory } = workspace.kernels;
  const size = shape.reduce((product, length) => product * length, 1);
  floats(memory, copy.pointer, size).set(floats(memory, from, size));
  return copy;
}

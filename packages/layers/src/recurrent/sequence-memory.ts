/** How the fused kernels of recurrent sequences lay out their tensors. */
import type { FusedKernel } from '@seqloom/core';
import { floats, type RecurrentShape } from '@seqloom/kernels';

export type Inputs = Parameters<FusedKernel>[0];
export type Workspace = Parameters<FusedKernel>[2];
export type Output = ReturnType<Workspace['output']>;

/** B, T and U of a call. */
export function shapeOf({ mask, recurrent }: Inputs): RecurrentShape {
  const [batch, time] = mask!.shape as [number, number];
  return { batch, time, units: recurrent!.shape[0]! };
}

/** The addresses of inputs, under the names that the kernel gives them. */
export function addresses<Name extends string>(
  workspace: Workspace,
  tensors: Record<Name, Inputs[string] | undefined>,
): Record<Name, number> {
  return mapValues(tensors, (tensor) => workspace.input(tensor!));
}

/** The addresses of outputs. */
export function places<Name extends string>(outputs: Record<Name, Output>): Record<Name, number> {
  return mapValues(outputs, ({ pointer }) => pointer);
}

/** A new tensor [B,T,parts·U]. */
export function perStep(workspace: Workspace, { batch, time, units }: RecurrentShape, parts = 1): Output {
  return workspace.output([batch, time, parts * units]);
}

/** A new tensor [B,U]. */
export function perRow(workspace: Workspace, { batch, units }: RecurrentShape): Output {
  return workspace.output([batch, units]);
}

/** A new tensor [U,parts·U]. */
export function perUnit(workspace: Workspace, { units }: RecurrentShape, parts = 1): Output {
  return workspace.output([units, parts * units]);
}

/** A new tensor with the values of another: on the way back, kernels turn the gradient of the last state into that of the first in place. */
export function copyOf(workspace: Workspace, tensor: Inputs[string] | undefined): Output {
  const shape = [...tensor!.shape];
  const from = workspace.input(tensor!);
  const copy = workspace.output(shape);
  const { memory } = workspace.kernels;
  const size = shape.reduce((product, length) => product * length, 1);
  floats(memory, copy.pointer, size).set(floats(memory, from, size));
  return copy;
}

function mapValues<Name extends string, A, B>(record: Record<Name, A>, f: (value: A) => B): Record<Name, B> {
  const entries = Object.entries<A>(record).map(([name, value]) => [name, f(value)]);
  return Object.fromEntries(entries) as Record<Name, B>;
}

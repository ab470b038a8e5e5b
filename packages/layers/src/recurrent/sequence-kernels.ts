/** The fused kernels of the recurrent sequence ops: whole sequences at once, forward and backward. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { floats, type ScanCell, type ScanShape, savedGates, scanBackward, scanForward } from '@seqloom/kernels';

/** Inputs that every recurrent sequence op has; `recurrentBias` and `cell` come after them where there are any. */
export type SequenceInputs = 'x' | 'weight' | 'bias' | 'recurrent' | 'mask' | 'hidden';

/** Names of `SequenceInputs` in the order that puts first what costs most to differentiate and is wanted least. */
export const sequenceInputs: readonly SequenceInputs[] = ['x', 'weight', 'bias', 'recurrent', 'mask', 'hidden'];

/** The kernels of one cell, which may depend on the attributes. Workspaces: the gates, and the memories where there are any. */
export function sequenceKernels<More extends 'recurrentBias' | 'cell' = never>(
  cellOf: ScanCell | ((attributes: Readonly<Record<string, unknown>>) => ScanCell),
  more: readonly More[] = [],
): FusedPair<SequenceInputs | More> {
  const cellFor = typeof cellOf === 'string' ? () => cellOf : cellOf;
  return {
    forward: (inputs, attributes, workspace) => forward(cellFor(attributes), inputs, attributes, workspace),
    backward: (inputs, attributes, workspace) => backward(cellFor(attributes), inputs, attributes, workspace),
    differentiable: [...sequenceInputs, ...more].filter((name) => name !== 'mask'),
  };
}

type Inputs = Parameters<FusedKernel>[0];
type Attributes = Parameters<FusedKernel>[1];
type Workspace = Parameters<FusedKernel>[2];
type Output = ReturnType<Workspace['output']>;

function forward(cell: ScanCell, inputs: Inputs, { reverse, forGradient }: Attributes, workspace: Workspace): Output[] {
  const shape = shapeOf(inputs, reverse);
  const { batch, time, units } = shape;
  const outputs = workspace.output([batch, time, units]);
  const states = Array.from({ length: hasMemory(cell) ? 2 : 1 }, () => workspace.output([batch, units]));
  const parts = forGradient
    ? [...(savedGates(cell) > 0 ? [savedGates(cell)] : []), ...(hasMemory(cell) ? [1] : [])]
    : [];
  const saved = parts.map((part) => workspace.output([batch, time, part * units]));
  const [h, c] = states.map(({ pointer }) => pointer);
  const [gates, cells] = saved.map(({ pointer }) => pointer);
  scanForward(workspace.kernels, cell, shape, {
    ...given(inputs, workspace),
    ...{ outputs: outputs.pointer, h: h!, c, gates, cells },
  });
  return [outputs, ...states, ...saved];
}

function backward(cell: ScanCell, inputs: Inputs, { reverse, wanted }: Attributes, workspace: Workspace): Output[] {
  const shape = shapeOf(inputs, reverse);
  const names = wanted as readonly string[];
  const made: Record<string, Output> = {
    hidden: copyOf(workspace, inputs.dy1),
    ...(hasMemory(cell) && { cell: copyOf(workspace, inputs.dy2) }),
  };
  for (const name of ['x', 'weight', 'bias', 'recurrent', 'recurrentBias']) {
    if (inputs[name] && (name !== 'x' || names.includes(name))) made[name] = workspace.output([...inputs[name].shape]);
  }
  const at = (name: string) => made[name]?.pointer ?? 0;
  const [gates, cells] = hasMemory(cell) ? [inputs.out3, inputs.out4] : [inputs.out2, undefined];
  scanBackward(workspace.kernels, cell, shape, {
    ...given(inputs, workspace),
    ...addresses(workspace, { outputs: inputs.out0!, gates, cells, dOutputs: inputs.dy0! }),
    ...{ dX: at('x'), dWeight: at('weight'), dBias: at('bias'), dRecurrent: at('recurrent') },
    ...{ dRecurrentBias: at('recurrentBias'), dH: at('hidden'), dC: at('cell') },
  });
  return names.map((name) => made[name]!);
}

function hasMemory(cell: ScanCell): boolean {
  return cell === 'lstm';
}

function shapeOf({ x, recurrent }: Inputs, reverse: unknown): ScanShape {
  const [batch, time, inputSize] = x!.shape as [number, number, number];
  return { batch, time, inputSize, units: recurrent!.shape[0]!, reverse: reverse === true };
}

/** What both directions read. */
function given({ x, weight, bias, recurrent, recurrentBias, mask, hidden, cell }: Inputs, workspace: Workspace) {
  const always = { x: x!, weight: weight!, bias: bias!, recurrent: recurrent!, mask: mask!, h0: hidden! };
  return addresses(workspace, { ...always, recurrentBias, c0: cell });
}

type Addresses<T> = { [Name in keyof T]: undefined extends T[Name] ? number | undefined : number };

function addresses<T extends Record<string, Inputs[string] | undefined>>(
  workspace: Workspace,
  tensors: T,
): Addresses<T> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, tensor && workspace.input(tensor)]);
  return Object.fromEntries(entries) as Addresses<T>;
}

/** A new tensor with the values of another: the kernel turns the gradient of the last state into that of the first in place. */
function copyOf(workspace: Workspace, tensor: Inputs[string] | undefined): Output {
  const shape = [...tensor!.shape];
  const from = workspace.input(tensor!);
  const copy = workspace.output(shape);
  const { memory } = workspace.kernels;
  const size = shape.reduce((product, length) => product * length, 1);
  floats(memory, copy.pointer, size).set(floats(memory, from, size));
  return copy;
}

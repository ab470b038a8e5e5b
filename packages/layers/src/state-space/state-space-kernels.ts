/** The fused kernels of both state spaces: one pass ahead; back in segments, each of whose states are computed again. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { type StateSpaceShape, stateSpaceBackward, stateSpaceForward, stateSpaceKept } from '@seqloom/kernels';
import { copyOf } from './workspace.js';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

/** The kernels of a kind; its inputs are named as the kernels name them. Workspace: the states that are kept for the way back. */
export function stateSpaceKernels<Names extends string>(
  kind: StateSpaceShape['kind'],
  differentiable: readonly Names[],
): FusedPair<Names> {
  return {
    forward(tensors, { forGradient }, workspace) {
      const shape = shapeOf(kind, tensors);
      const { batch, time } = shape;
      const y = workspace.output([...tensors.x!.shape]);
      const final = workspace.output([...tensors.initial!.shape]);
      const states = [batch, stateSpaceKept(workspace.kernels, time), ...final.shape.slice(1)];
      const kept = forGradient ? workspace.output(states) : undefined;
      const written = { y: y.pointer, final: final.pointer, kept: kept?.pointer };
      stateSpaceForward(workspace.kernels, shape, { ...pointers(tensors, workspace), ...written });
      return kept ? [y, final, kept] : [y, final];
    },
    backward(tensors, _, workspace) {
      const made = differentiable.map((name) =>
        name === 'initial' ? copyOf(workspace, tensors.dy1!) : workspace.output([...tensors[name]!.shape]),
      );
      const at = (name: string) => made[differentiable.indexOf(name as Names)]?.pointer ?? 0;
      stateSpaceBackward(workspace.kernels, shapeOf(kind, tensors), {
        ...pointers(tensors, workspace),
        ...{ kept: workspace.input(tensors.out2!), dY: workspace.input(tensors.dy0!) },
        ...{ dX: at('x'), dRates: at('rates'), dOutput: at('output'), dSteps: at('steps'), dInput: at('input') },
        dState: at('initial'),
      });
      return made;
    },
    differentiable,
  };
}

function shapeOf(kind: StateSpaceShape['kind'], { x, rates }: Inputs): StateSpaceShape {
  const [batch, time, channels] = x!.shape as [number, number, number];
  return { kind, batch, time, channels, modes: rates!.shape.at(-2)! };
}

function pointers({ x, rates, output, steps, input, mask, initial }: Inputs, workspace: Workspace) {
  const at = (tensor: Inputs[string] | undefined) => (tensor ? workspace.input(tensor) : 0);
  return {
    ...{ x: at(x), rates: at(rates), output: at(output), steps: at(steps), input: at(input) },
    ...{ mask: at(mask), initial: at(initial) },
  };
}

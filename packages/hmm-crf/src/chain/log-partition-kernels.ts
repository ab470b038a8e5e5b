/** The fused kernels of the log partition function: forward–backward over raw memory. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { alphaSize, type Chain, chainBackward, chainForward } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];
type Part = 'initial' | 'final' | 'transition' | 'emission' | 'mask';

export const logPartitionKernels: FusedPair<Part> = {
  forward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const [logZ, alphas] = [workspace.output([chain.B]), workspace.output([alphaSize(chain)])];
    chainForward(workspace.kernels, chain, { logZ: logZ.pointer, alphas: alphas.pointer });
    return [logZ, alphas];
  },
  backward(tensors, _, workspace) {
    const chain = pointers(tensors, workspace);
    const names = ['initial', 'final', 'transition', 'emission'] as const;
    const made = names.map((name) => workspace.output([...tensors[name]!.shape]));
    const [dInitial, dFinal, dTransition, dEmission] = made.map(({ pointer }) => pointer) as Four;
    const messages = { logZ: workspace.input(tensors.out0!), alphas: workspace.input(tensors.out1!) };
    const dLogZ = workspace.input(tensors.dy0!);
    chainBackward(workspace.kernels, chain, messages, { dLogZ, dInitial, dFinal, dTransition, dEmission });
    return made;
  },
  differentiable: ['initial', 'final', 'transition', 'emission'],
};

type Four = [number, number, number, number];

function pointers({ initial, final, transition, emission, mask }: Inputs, { input }: Workspace): Chain {
  const [B, T, K] = emission!.shape as [number, number, number];
  return {
    initial: input(initial!),
    final: input(final!),
    transition: input(transition!),
    perStep: transition!.shape.length === 4,
    emission: input(emission!),
    mask: input(mask!),
    ...{ B, T, K },
  };
}

/** The fused kernels of the masked softmax: each row in one visit, and no mask or constant spread over it first. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { maskedSoftmax, softmaxGradient } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];

export const softmaxKernels: FusedPair<'energies' | 'mask'> = {
  forward({ energies, mask }: Inputs, _, workspace) {
    const [blocks, rows, columns] = energies!.shape as [number, number, number];
    const [masks, maskRows] = mask!.shape as [number, number, number];
    const output = workspace.output([blocks, rows, columns]);
    maskedSoftmax(workspace.kernels, {
      x: workspace.input(energies!),
      mask: workspace.input(mask!),
      weights: output.pointer,
      ...{ blocks, rows, columns },
      blockStep: masks === 1 ? 0 : maskRows * columns,
      rowStep: maskRows === 1 ? 0 : columns,
    });
    return output;
  },
  backward({ out0, dy0 }: Inputs, _, workspace) {
    const [blocks, rows, columns] = out0!.shape as [number, number, number];
    const output = workspace.output([blocks, rows, columns]);
    const [weights, dWeights] = [workspace.input(out0!), workspace.input(dy0!)];
    softmaxGradient(workspace.kernels, { weights, dWeights, dX: output.pointer, rows: blocks * rows, columns });
    return output;
  },
  differentiable: ['energies'],
};

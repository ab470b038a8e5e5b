/** The fused kernels of the masked cross-entropy: each row of logits is read once forward and once back, and no target is spread over the classes. */
import { DataError, type FusedKernel, type FusedPair } from '@seqloom/core';
import { type CrossEntropy, crossEntropy, crossEntropyGradient, integers } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

export const crossEntropyKernels: FusedPair<'logits' | 'targets' | 'mask'> = {
  forward(tensors, attributes, workspace) {
    const [loss, shifts] = [workspace.output([]), workspace.output([...tensors.targets!.shape, 2])];
    const call = { ...pointers(tensors, attributes, workspace), shifts: shifts.pointer };
    const wrong = crossEntropy(workspace.kernels, call, loss.pointer);
    if (wrong >= 0) throw noClass(call, wrong, tensors.targets!.shape[1]!, workspace);
    return [loss, shifts];
  },
  backward(tensors, attributes, workspace) {
    const call = { ...pointers(tensors, attributes, workspace), shifts: workspace.input(tensors.out1!) };
    const dLogits = workspace.output([...tensors.logits!.shape]);
    const dLoss = workspace.input(tensors.dy0!);
    crossEntropyGradient(workspace.kernels, call, { dLoss, dLogits: dLogits.pointer });
    return dLogits;
  },
  differentiable: ['logits'],
};

function pointers(
  { logits, targets, mask }: Inputs,
  attributes: Parameters<FusedKernel>[1],
  { input }: Workspace,
): Omit<CrossEntropy, 'shifts'> {
  const [B, T, V] = logits!.shape as [number, number, number];
  const smoothing = attributes.smoothing as number;
  return { logits: input(logits!), targets: input(targets!), mask: input(mask!), rows: B * T, columns: V, smoothing };
}

function noClass(call: Omit<CrossEntropy, 'shifts'>, row: number, T: number, { kernels }: Workspace): DataError {
  const target = integers(kernels.memory, call.targets, call.rows)[row];
  const problem = `target ${target} at sequence ${Math.floor(row / T)}, step ${row % T} is out of range`;
  return new DataError('maskedCrossEntropy', problem, {
    hint: `targets are whole numbers from 0 to ${call.columns - 1}`,
  });
}

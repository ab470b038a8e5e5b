/** The fused kernels of the masked softmax: one pass over each row, and no mask or constant spread over it first. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { floats } from '@seqloom/kernels';

/** Stands for −∞ where a subtraction would make NaN of it; an energy below a tenth of it counts as −∞. */
export const lowest = -1e30;

type Inputs = Parameters<FusedKernel>[0];

export const softmaxKernels: FusedPair<'energies' | 'mask'> = {
  forward({ energies, mask }: Inputs, _, workspace) {
    const shape = energies!.shape;
    const size = shape.reduce((product, length) => product * length, 1);
    const output = workspace.output([...shape]);
    const { memory } = workspace.kernels;
    const [x, allowed] = [workspace.input(energies!), workspace.input(mask!)];
    const weights = floats(memory, output.pointer, size);
    softmaxRows(floats(memory, x, size), new Uint8Array(memory.memory.buffer, allowed, size), weights, shape.at(-1)!);
    return output;
  },
  backward({ out0, dy0 }: Inputs, _, workspace) {
    const shape = out0!.shape;
    const size = shape.reduce((product, length) => product * length, 1);
    const output = workspace.output([...shape]);
    const [weights, dy] = [workspace.input(out0!), workspace.input(dy0!)].map((pointer) =>
      floats(workspace.kernels.memory, pointer, size),
    );
    gradientRows(weights!, dy!, floats(workspace.kernels.memory, output.pointer, size), shape.at(-1)!);
    return output;
  },
  differentiable: ['energies'],
};

function softmaxRows(energies: Float32Array, allowed: Uint8Array, weights: Float32Array, K: number): void {
  for (let start = 0; start < energies.length; start += K) {
    let top = lowest / 10;
    for (let i = start; i < start + K; i++) if (allowed[i] && energies[i]! > top) top = energies[i]!;
    let sum = 0;
    for (let i = start; i < start + K; i++) {
      const open = allowed[i] && !(energies[i]! <= lowest / 10); // NaN is open: it shows
      weights[i] = open ? Math.exp(energies[i]! - top) : 0;
      sum += weights[i]!;
    }
    if (sum !== 0) for (let i = start; i < start + K; i++) weights[i]! /= sum;
  }
}

/** d energies = w ⊙ (dy − Σ w·dy). */
function gradientRows(weights: Float32Array, dy: Float32Array, out: Float32Array, K: number): void {
  for (let start = 0; start < out.length; start += K) {
    let sum = 0;
    for (let i = start; i < start + K; i++) sum += weights[i]! * dy[i]!;
    for (let i = start; i < start + K; i++) out[i] = weights[i]! * (dy[i]! - sum);
  }
}

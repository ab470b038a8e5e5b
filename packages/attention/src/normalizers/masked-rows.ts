/** Rows of energies with their masks, in the kernels' memory: for normalisers whose loops are written in TypeScript. */
import type { FusedKernel } from '@seqloom/core';
import { floats } from '@seqloom/kernels';

type Workspace = Parameters<FusedKernel>[2];

/** Calls `visit` with each row of `energies` [B,Q,K] as views of memory: its energies, whether each is allowed, and its place in `output`. */
export function eachRow(
  energies: Parameters<Workspace['input']>[0],
  mask: Parameters<Workspace['input']>[0],
  output: number,
  { input, kernels }: Workspace,
  visit: (energies: Float32Array, allowed: Uint8Array, weights: Float32Array) => void,
): void {
  const [blocks, rows, columns] = energies.shape as [number, number, number];
  const [masks, maskRows] = mask.shape as [number, number, number];
  const [x, flags] = [input(energies), input(mask)];
  const { memory } = kernels;
  const all = floats(memory, x, blocks * rows * columns);
  const made = floats(memory, output, blocks * rows * columns);
  const allowed = new Uint8Array(memory.memory.buffer, flags, masks * maskRows * columns);
  for (let block = 0, at = 0; block < blocks; block++) {
    for (let row = 0; row < rows; row++, at += columns) {
      const maskAt = ((masks === 1 ? 0 : block * maskRows) + (maskRows === 1 ? 0 : row)) * columns;
      visit(
        all.subarray(at, at + columns),
        allowed.subarray(maskAt, maskAt + columns),
        made.subarray(at, at + columns),
      );
    }
  }
}

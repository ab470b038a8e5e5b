/** What the wrappers of all recurrent kernels share. */
import type { Kernels } from '../load.js';
import { scope } from '../memory.js';

/** B sequences of T steps with U units. */
export interface RecurrentShape {
  batch: number;
  time: number;
  units: number;
}

export interface StepExports {
  stepWorkspace(m: number, n: number, k: number): number;
}

/** A kernel that takes pointers, then sizes. */
export type RecurrentKernel = (...pointersAndSizes: number[]) => void;

/** Pointers by name: float tensors, or the mask [B,T] of bytes (1 = real), where 0 stands for "every step is real". */
export type Pointers<Names extends string> = Readonly<Record<Names, number>>;

/** Runs a kernel with as much workspace as its steps, or the product for the weights' gradient at its end, want. */
export function withWorkspace(
  { exports, memory }: Kernels,
  { batch, time, units }: RecurrentShape,
  bytes: number,
  run: (workspace: number, sizes: readonly number[], allocate: (bytes: number) => number) => void,
): void {
  const product = exports.matrixWorkspace(units, 4 * units, batch * time, true, false);
  scope(memory, (allocate) => run(allocate(Math.max(bytes, product)), [batch, time, units], allocate));
}

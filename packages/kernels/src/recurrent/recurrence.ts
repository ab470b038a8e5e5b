/** What the wrappers of all recurrent kernels share. */
import type { Kernels } from '../load.js';
import { matrixProduct } from '../matrix.js';
import { scope } from '../memory.js';
import { type Call, ranges, runAll } from '../threads/run-all.js';

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

/** What a kernel reads or writes: an address, and how many bytes of it belong to one sequence of the batch, 0 if it is for all. */
type Operand = readonly [pointer: number, bytesPerRow: number];

/** The operands of one shape: [B,T,parts·U], [B,U], the mask [B,T], and what the whole batch shares. */
export function operands({ time, units }: RecurrentShape) {
  return {
    perStep: (pointer: number, parts = 1): Operand => [pointer, 4 * time * parts * units],
    perRow: (pointer: number): Operand => [pointer, 4 * units],
    mask: (pointer: number): Operand => [pointer, pointer === 0 ? 0 : time],
    shared: (pointer: number): Operand => [pointer, 0],
  };
}

export interface Recurrence {
  kernel: Call['kernel'];
  operands: readonly Operand[];
  /** What comes between the operands and the sizes. */
  flags?: readonly number[];
  /** Units and gates, so columns of the recurrent weights. */
  width: number;
  /** Bytes of workspace for so many sequences. */
  workspace(batch: number): number;
}

const rowsOfATile = 4;

/** Runs a kernel over the whole batch, or over one range of its sequences on each thread. */
export function runRecurrence(
  kernels: Kernels,
  { batch, time, units }: RecurrentShape,
  { kernel, operands: given, flags = [], width, workspace }: Recurrence,
): void {
  scope(kernels.memory, (allocate) => {
    const calls = ranges(kernels, batch, rowsOfATile, 2 * batch * time * units * width).map(({ start, count }) => {
      const pointers = given.map(([pointer, bytes]) => pointer + start * bytes);
      return { kernel, parameters: [...pointers, ...flags, count, time, units, allocate(workspace(count))] };
    });
    runAll(kernels, calls);
  });
}

/** A range of the columns of a matrix: its address, and floats from one row to the next. */
interface Columns {
  pointer: number;
  stride: number;
  columns: number;
}

/** The gradient of recurrent weights, summed over all steps: dWeights [U,columns] = states [B·T,U]ᵀ · errors [B·T,columns]. */
export function weightsGradient(
  kernels: Kernels,
  { batch, time, units }: RecurrentShape,
  states: number,
  errors: Columns,
  dWeights: number,
): void {
  matrixProduct(kernels, {
    a: { pointer: states, transposed: true },
    b: { pointer: errors.pointer, stride: errors.stride },
    c: { pointer: dWeights, stride: errors.stride },
    m: units,
    n: errors.columns,
    k: batch * time,
  });
}

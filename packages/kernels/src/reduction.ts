/** Sums and extremes along one axis, and softmax. */
import type { Kernels } from './load.js';

export interface ReductionExports {
  reduceRows(op: number, x: number, out: number, rows: number, columns: number, divisor: number): void;
  reduceColumns(
    ...parameters: [
      ...places: [op: number, x: number, out: number],
      ...sizes: [blocks: number, rows: number, columns: number, divisor: number],
    ]
  ): void;
  softmaxRows(x: number, out: number, rows: number, columns: number): void;
}

const reductions = ['sum', 'max', 'min'] as const;

export type Reduction = (typeof reductions)[number];

/** Pointers to x [blocks,length,width] and out [blocks,width], none of them empty. */
export interface AxisReduction {
  x: number;
  out: number;
  blocks: number;
  length: number;
  width: number;
  /** What sums are divided by, 1 unless told. */
  divisor?: number;
}

/** out = the sum, the largest or the smallest number along the axis of `length`. */
export function reduce(
  { exports }: Kernels,
  op: Reduction,
  { x, out, blocks, length, width, divisor = 1 }: AxisReduction,
): void {
  const code = reductions.indexOf(op);
  if (width === 1) exports.reduceRows(code, x, out, blocks, length, divisor);
  else exports.reduceColumns(code, x, out, blocks, length, width, divisor);
}

/** out [rows,columns] = softmax of each row of x; `out` may be x. */
export function softmax(
  { exports }: Kernels,
  { x, out, rows, columns }: { x: number; out: number; rows: number; columns: number },
): void {
  exports.softmaxRows(x, out, rows, columns);
}

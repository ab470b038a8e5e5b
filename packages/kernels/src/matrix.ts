/** Matrix product over packed panels, for all transpositions and strides. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

type Operand = [pointer: number, stride: number, step: number, flag: boolean];
type Sizes = [m: number, n: number, k: number, batch: number, workspace: number];

export interface MatrixExports {
  matrixWorkspace(m: number, n: number, k: number, transposeA: boolean, transposeB: boolean): number;
  matrixProduct(...parameters: [...a: Operand, ...b: Operand, ...c: Operand, ...Sizes]): void;
}

/** A row-major matrix of floats in the kernels' memory. */
export interface MatrixOperand {
  pointer: number;
  /** Whether the matrix lies there transposed. */
  transposed?: boolean;
  /** Floats from one row to the next; without it, rows lie side by side. */
  stride?: number;
  /** Floats from this matrix to that of the next product of the batch, 0 to use it again; without it, they lie side by side. */
  step?: number;
}

export interface MatrixProduct {
  a: MatrixOperand;
  b: MatrixOperand;
  c: Omit<MatrixOperand, 'transposed'>;
  m: number;
  n: number;
  k: number;
  /** How many products, 1 unless told. */
  batch?: number;
  /** Whether to add to what `c` holds. */
  accumulate?: boolean;
}

/** c [m,n] = a [m,k] · b [k,n], or c += a·b. `c` must not overlap the operands; k = 0 gives zeros. */
export function matrixProduct(
  kernels: Kernels,
  { a, b, c, m, n, k, batch = 1, accumulate = false }: MatrixProduct,
): void {
  const { exports, memory } = kernels;
  const operandA = operand(a, m, k, a.transposed === true);
  const operandB = operand(b, k, n, b.transposed === true);
  const [pointer, stride, step] = operand(c, m, n, false);
  const bytes = exports.matrixWorkspace(m, n, k, operandA[3], operandB[3]);
  const run = (workspace: number) =>
    exports.matrixProduct(...operandA, ...operandB, pointer, stride, step, accumulate, m, n, k, batch, workspace);
  if (bytes === 0) run(0);
  else scope(memory, (allocate) => run(allocate(bytes)));
}

function operand(
  { pointer, stride, step }: MatrixOperand,
  rows: number,
  columns: number,
  transposed: boolean,
): Operand {
  return [pointer, stride ?? (transposed ? rows : columns), step ?? rows * columns, transposed];
}

/** y = x·weight + bias, forward and backward. */
import type { Kernels } from './load.js';
import { matrixProduct } from './matrix.js';

export interface RowsExports {
  repeatRow(row: number, out: number, rows: number, width: number): void;
  sumRows(x: number, out: number, rows: number, width: number): void;
}

/** Pointers to x [rows,inputSize], weight [inputSize,outputSize] and bias [outputSize]. */
export interface Affine {
  x: number;
  weight: number;
  bias: number;
  rows: number;
  inputSize: number;
  outputSize: number;
}

/** y [rows,outputSize] = x·weight + bias. */
export function affine(kernels: Kernels, { x, weight, bias, rows, inputSize, outputSize }: Affine, y: number): void {
  kernels.exports.repeatRow(bias, y, rows, outputSize);
  const [a, b, c] = [{ pointer: x }, { pointer: weight }, { pointer: y }];
  matrixProduct(kernels, { a, b, c, m: rows, k: inputSize, n: outputSize, accumulate: true });
}

/** Pointers to d(y) [rows,outputSize] and to the results, of the shapes of the inputs. */
export interface AffineGradients {
  dY: number;
  /** Left out where nobody asks for it: it costs as much as `affine`. */
  dX?: number | undefined;
  dWeight: number;
  dBias: number;
}

/** The gradients of `affine`; whatever stands in the results is overwritten. */
export function affineGradient(
  kernels: Kernels,
  { x, weight, rows, inputSize, outputSize }: Affine,
  { dY, dX, dWeight, dBias }: AffineGradients,
): void {
  const [given, read] = [{ pointer: dY }, { pointer: x, transposed: true }];
  const turned = { pointer: weight, transposed: true };
  if (dX !== undefined) {
    matrixProduct(kernels, { a: given, b: turned, c: { pointer: dX }, m: rows, k: outputSize, n: inputSize });
  }
  matrixProduct(kernels, { a: read, b: given, c: { pointer: dWeight }, m: inputSize, k: rows, n: outputSize });
  kernels.exports.sumRows(dY, dBias, rows, outputSize);
}

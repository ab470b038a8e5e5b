/** Layer normalisation and root-mean-square normalisation of rows. */
import type { Kernels } from './load.js';

export interface NormalizationExports {
  normalizeRows(
    ...parameters: [
      ...pointers: [x: number, weight: number, bias: number, out: number, scales: number],
      ...sizes: [rows: number, columns: number, epsilon: number, centred: boolean],
    ]
  ): void;
  normalizeRowsGradient(
    ...parameters: [
      ...given: [x: number, weight: number, scales: number, dY: number],
      ...made: [dX: number, dWeight: number, dBias: number],
      ...sizes: [rows: number, columns: number, centred: boolean],
    ]
  ): void;
}

/** Pointers to x [rows,columns], weight [columns] and scales [rows,2], which the gradient wants back. */
export interface RowNormalization {
  x: number;
  weight: number;
  scales: number;
  rows: number;
  columns: number;
  /** Whether the mean is taken away: layer normalisation; else root-mean-square normalisation. */
  centred: boolean;
}

/** out [rows,columns] = (x − mean)/√(variance + epsilon)·weight + bias along each row. */
export function normalizeRows(
  { exports }: Kernels,
  { x, weight, scales, rows, columns, centred }: RowNormalization,
  { bias = 0, epsilon, out }: { bias?: number; epsilon: number; out: number },
): void {
  exports.normalizeRows(x, weight, bias, out, scales, rows, columns, epsilon, centred);
}

/** The gradients of `normalizeRows`; whatever stands in the results is overwritten. */
export function normalizeRowsGradient(
  { exports }: Kernels,
  { x, weight, scales, rows, columns, centred }: RowNormalization,
  { dY, dX, dWeight, dBias = 0 }: { dY: number; dX: number; dWeight: number; dBias?: number },
): void {
  exports.normalizeRowsGradient(x, weight, scales, dY, dX, dWeight, dBias, rows, columns, centred);
}

/** Many rows without missing values at once, on the kernels: their distances, and their weighted moments. */
import {
  doubles,
  gaussianDiagLogDensity,
  gaussianFullLogDensity,
  scope,
  weightedMoments,
  weightedProducts,
} from '@seqloom/kernels';
import { emissionKernels } from '../../kernels.js';
import { placed, placedRows } from '../gaussian-rows.js';
import type { Scatter } from './scatter.js';

/** Fewer rows than this are sooner looked at one by one than carried to the kernels. */
const worthwhile = 16;

/** What `scatter.exponents` says of a few rows [n,D] → out [n,C]; false, and nothing done, where they are many. */
export function fewExponents(scatter: Scatter, rows: Float64Array, D: number, out: Float64Array): boolean {
  if (rows.length >= worthwhile * D) return false;
  const C = (out.length * D) / rows.length;
  for (let i = 0; i < out.length; i++) {
    const distance = scatter.distance(rows, Math.floor(i / C) * D, i % C);
    out[i] = scatter.observed < D ? Number.NaN : -0.5 * distance;
  }
  return true;
}

/** −½ Σ (x − mean)² · precision: rows [n,D], means and precisions [C,D] → out [n,C]; NaN where a row lacks a value. */
export function diagonalExponents(
  rows: Float64Array,
  means: Float64Array,
  precisions: Float64Array,
  out: Float64Array,
): void {
  const kernels = emissionKernels();
  const { memory } = kernels;
  scope(memory, (allocate) => {
    const { pointers, sizes } = place(rows, means, out, (numbers) => placed(memory, allocate, numbers));
    const logs = allocate(8 * out.length);
    gaussianDiagLogDensity(kernels, { ...pointers, ...sizes, precisions: placed(memory, allocate, precisions), logs });
    out.set(doubles(memory, logs, out.length));
  });
}

/** −½ |W (x − mean)|²: rows [n,D], means [C,D] and W [C,D,D], lower triangular → out [n,C]; NaN where a row lacks a value. */
export function fullExponents(rows: Float64Array, means: Float64Array, factors: Float64Array, out: Float64Array): void {
  const kernels = emissionKernels();
  const { memory } = kernels;
  scope(memory, (allocate) => {
    const { pointers, sizes } = place(rows, means, out, (numbers) => placed(memory, allocate, numbers));
    const logs = allocate(8 * out.length);
    gaussianFullLogDensity(kernels, { ...pointers, ...sizes, factors: placed(memory, allocate, factors), logs });
    out.set(doubles(memory, logs, out.length));
  });
}

/** Σ weight [C], Σ weight · x [C,D], and Σ weight · x² [C,D] or Σ weight · x xᵀ [C,D,D]. */
export interface WeightedSums {
  readonly masses: Float64Array;
  readonly sums: Float64Array;
  readonly seconds: Float64Array;
}

/** Of rows [n,D] about the origin [D], weighted by [n,C]; a row that lacks a value does not count. */
export function weightedSums(
  rows: Float64Array,
  origin: Float64Array,
  weights: Float64Array,
  seconds: 'squares' | 'products',
): WeightedSums {
  const D = origin.length;
  const n = rows.length / D;
  const C = weights.length / n;
  const kernels = emissionKernels();
  const { memory } = kernels;
  return scope(memory, (allocate) => {
    const found = placedRows(kernels, allocate, { values: rows, weights, origin });
    const sizes = { n, K: C, D };
    const [masses, sums, squares] = [C, C * D, C * D].map((size) => placed(memory, allocate, new Float64Array(size)));
    const first = { masses: masses!, sums: sums! };
    const pair = seconds === 'products' ? placed(memory, allocate, new Float64Array(C * D * D)) : squares!;
    weightedMoments(kernels, { ...found, ...first, ...sizes, ...(seconds === 'squares' && { squares: pair }) });
    if (seconds === 'products') weightedProducts(kernels, { ...found, ...sizes, products: pair });
    const copy = (pointer: number, size: number) => doubles(memory, pointer, size).slice();
    const size = seconds === 'products' ? C * D * D : C * D;
    return { masses: copy(first.masses, C), sums: copy(first.sums, C * D), seconds: copy(pair, size) };
  });
}

/** Σ over rows of a table [n,C]. */
export function columnSums(table: Float64Array, C: number): Float64Array {
  const out = new Float64Array(C);
  for (let at = 0; at < table.length; at += C) for (let c = 0; c < C; c++) out[c]! += table[at + c]!;
  return out;
}

function place(rows: Float64Array, means: Float64Array, out: Float64Array, pointer: (numbers: Float64Array) => number) {
  const D = Math.round(Math.sqrt((rows.length * means.length) / out.length)); // nD · CD / nC = D²
  const C = means.length / D;
  const pointers = { x: pointer(rows), means: pointer(means), constants: pointer(new Float64Array(C)) };
  return { pointers, sizes: { n: rows.length / D, K: C, D } };
}

/** Rows and posteriors in the kernels' memory, where rows with missing numbers count as nothing. */
import { centreRows, doubles, type KernelMemory, type Kernels } from '@seqloom/kernels';

type Allocate = (bytes: number) => number;

/** A pointer to a copy. */
export function placed(memory: KernelMemory, allocate: Allocate, numbers: Float64Array): number {
  const pointer = allocate(8 * numbers.length);
  doubles(memory, pointer, numbers.length).set(numbers);
  return pointer;
}

/** Pointers to rows [n,D] about `origin` and weights [n,K], both 0 in rows with gaps, and which those are. */
export function placedRows(
  kernels: Kernels,
  allocate: Allocate,
  { values, weights, origin }: { values: Float64Array; weights: Float64Array; origin: Float64Array },
): { x: number; weights: number; gaps: readonly number[] } {
  const { memory } = kernels;
  const D = origin.length;
  const [x, w] = [placed(memory, allocate, values), placed(memory, allocate, weights)];
  const hasGaps = centreRows(kernels, x, placed(memory, allocate, origin), values.length / D, D);
  const gaps = hasGaps ? rowsWithGaps(values, D) : [];
  const K = (weights.length * D) / values.length;
  for (const row of gaps) {
    doubles(memory, x + 8 * row * D, D).fill(0);
    doubles(memory, w + 8 * row * K, K).fill(0);
  }
  return { x, weights: w, gaps };
}

function rowsWithGaps(values: Float64Array, D: number): number[] {
  const gaps: number[] = [];
  for (let at = 0; at < values.length; at += D) if (values.subarray(at, at + D).some(Number.isNaN)) gaps.push(at / D);
  return gaps;
}

/** Rows and posteriors in the kernels' memory, where rows with missing numbers count as nothing. */
import { doubles, type KernelMemory } from '@seqloom/kernels';

type Allocate = (bytes: number) => number;

/** A pointer to a copy. */
export function placed(memory: KernelMemory, allocate: Allocate, numbers: Float64Array): number {
  const pointer = allocate(8 * numbers.length);
  doubles(memory, pointer, numbers.length).set(numbers);
  return pointer;
}

/** Pointers to rows [n,D] about `origin` and weights [n,K], both 0 in rows with gaps, and which those are. */
export function placedRows(
  memory: KernelMemory,
  allocate: Allocate,
  { values, weights, origin }: { values: Float64Array; weights: Float64Array; origin: Float64Array },
): { x: number; weights: number; gaps: readonly number[] } {
  const D = origin.length;
  const K = (weights.length * D) / values.length;
  const pointers = { x: allocate(8 * values.length), weights: placed(memory, allocate, weights) };
  const x = doubles(memory, pointers.x, values.length);
  const gaps: number[] = [];
  for (let at = 0; at < values.length; at += D) {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += x[at + d] = values[at + d]! - origin[d]!;
    if (Number.isNaN(sum)) gaps.push(at / D);
  }
  const own = doubles(memory, pointers.weights, weights.length);
  for (const row of gaps) {
    x.fill(0, row * D, (row + 1) * D);
    own.fill(0, row * K, (row + 1) * K);
  }
  return { ...pointers, gaps };
}

/** Optimiser updates in one pass over each parameter. */
import type { Kernels } from './load.js';
import { type Call, ranges, runAll } from './threads/run-all.js';

export interface OptimizerExports {
  adamUpdate(
    ...parameters: [
      ...inputs: [gradient: number, mean: number, variance: number],
      ...outputs: [update: number, nextMean: number, nextVariance: number, n: number],
      ...rates: [beta1: number, beta2: number, correction: number, floor: number],
    ]
  ): void;
  sumOfSquares(x: number, n: number): number;
}

/** Pointers to `n` floats each; an output may be its input. */
export interface AdamUpdate {
  gradient: number;
  mean: number;
  variance: number;
  update: number;
  nextMean: number;
  nextVariance: number;
  n: number;
}

export interface AdamRates {
  beta1: number;
  beta2: number;
  /** √(1 − β₂ᵗ) / (1 − β₁ᵗ) at update t. */
  correction: number;
  /** ε·√(1 − β₂ᵗ). */
  floor: number;
}

/** Both moments after the gradient, and what Adam makes of them: correction·mean / (√variance + floor). */
export function adamUpdate(kernels: Kernels, { n, ...places }: AdamUpdate, rates: AdamRates): void {
  const { gradient, mean, variance, update, nextMean, nextVariance } = places;
  const { beta1, beta2, correction, floor } = rates;
  const calls = ranges(kernels, n, together, costOfOne * n).map(({ start, count }): Call => {
    const pointers = [gradient, mean, variance, update, nextMean, nextVariance].map((pointer) => pointer + 4 * start);
    return { kernel: 'adamUpdate', parameters: [...pointers, count, beta1, beta2, correction, floor] };
  });
  runAll(kernels, calls);
}

/** Floats that the kernel takes together. */
const together = 4;

/** Memory is what takes the time: as much for one number as for so many operations of a product. */
const costOfOne = 24;

/** Σ x² over the `n` floats at `x`. */
export function sumOfSquares({ exports }: Kernels, x: number, n: number): number {
  return exports.sumOfSquares(x, n);
}

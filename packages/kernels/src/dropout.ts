/** Dropout without a mask in memory. */
import type { Kernels } from './load.js';

export interface DropoutExports {
  dropout(x: number, out: number, n: number, seed: number, threshold: number, scale: number): void;
}

/** Pointers to x and the result, [n]; the draws of `seed` (mulberry32) keep a value with probability `keep`. */
export interface Dropped {
  x: number;
  out: number;
  n: number;
  seed: number;
  /** Above 0, below 1. */
  keep: number;
}

/** out = x/keep where it is kept, else 0; of a gradient, the gradient. */
export function dropout({ exports }: Kernels, { x, out, n, seed, keep }: Dropped): void {
  exports.dropout(x, out, n, seed, Math.ceil(keep * 2 ** 32), 1 / keep);
}

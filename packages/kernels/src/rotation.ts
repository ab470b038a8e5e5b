/** Pairs of features turned by angles that grow from step to step. */
import type { Kernels } from './load.js';

export interface RotationExports {
  turnPairs(
    ...parameters: [
      ...pointers: [x: number, waves: number, out: number],
      ...sizes: [rows: number, steps: number, heads: number, pairs: number],
      half: boolean,
      way: number,
    ]
  ): void;
}

/** Pointers to x [rows,heads·2·pairs], to cos and sin of the angles [2,steps,pairs], and to the result, of the shape of x. */
export interface Rotation {
  x: number;
  waves: number;
  out: number;
  /** Row r is step r mod `steps`. */
  rows: number;
  steps: number;
  heads: number;
  pairs: number;
  /** Feature i turns with i + pairs ('half') or 2i with 2i + 1. */
  layout: 'half' | 'interleaved';
  /** 1, or −1: back. */
  way: 1 | -1;
}

/** out = (a·cos − b·sin, b·cos + a·sin) of every pair (a, b) of each head. arXiv:2104.09864 */
export function turnPairs({ exports }: Kernels, call: Rotation): void {
  const { x, waves, out, rows, steps, heads, pairs, layout, way } = call;
  exports.turnPairs(x, waves, out, rows, steps, heads, pairs, layout === 'half', way);
}

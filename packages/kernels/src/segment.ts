/** Sums of rows by segment, the gradient of gathering rows. */
import type { Kernels } from './load.js';

export interface SegmentExports {
  segmentSum(rows: number, ids: number, sums: number, count: number, width: number, segments: number): void;
}

/** Pointers to rows [count,width], int32 ids [count] and the result, sums [segments,width]. */
export interface SegmentSum {
  rows: number;
  ids: number;
  sums: number;
  count: number;
  width: number;
  segments: number;
}

/** sums[s] = Σ rows[i] over the i with ids[i] = s; rows whose id is no segment are dropped. */
export function segmentSum({ exports }: Kernels, { rows, ids, sums, count, width, segments }: SegmentSum): void {
  exports.segmentSum(rows, ids, sums, count, width, segments);
}

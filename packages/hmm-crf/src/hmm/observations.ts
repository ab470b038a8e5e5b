/** Observed sequences, in the one form that every emission reads. */

/**
 * Sequences laid end to end: N rows of `width` numbers, row-major, in `values`; `lengths` says how many rows each sequence has (0 is
 * allowed). NaN is a missing value. Symbols and counts are whole numbers in rows of width 1.
 */
export interface Observations {
  readonly values: Float64Array;
  readonly width: number;
  readonly lengths: readonly number[];
}

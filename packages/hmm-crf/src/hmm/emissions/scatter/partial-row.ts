/** A row with missing values under a scatter matrix: what is there is measured, what is not is expected given it. */
import { cholesky, logDeterminant, solveLower } from '../../cholesky.js';

/** Works in space of its own, made once: rows by the hundred thousand need no allocation. */
export class PartialRow {
  /** How many values the row has. */
  observed = 0;
  /** log of the determinant of the observed block. */
  logDeterminant = 0;
  /** [D]: the row, what is missing replaced by its expectation. */
  readonly filled: Float64Array;
  /** [D,D]: what is left of the scatter once the rest of the row is known; 0 where something observed is involved. */
  readonly spread: Float64Array;
  /** The columns observed, then those missing. */
  readonly #columns: Int32Array;
  readonly #factor: Float64Array;
  /** L⁻¹(x − mean) of the observed block. */
  readonly #residual: Float64Array;
  /** [missing, observed]: L⁻¹ times the block that ties them. */
  readonly #ties: Float64Array;
  readonly #column: Float64Array;

  constructor(D: number) {
    this.filled = new Float64Array(D);
    this.spread = new Float64Array(D * D);
    this.#columns = new Int32Array(D);
    this.#factor = new Float64Array(D * D);
    this.#residual = new Float64Array(D);
    this.#ties = new Float64Array(D * D);
    this.#column = new Float64Array(D);
  }

  /** (x − mean)ᵀ covar⁻¹ (x − mean) over the values observed; `mean` [D], `covar` [D,D]. */
  distance(values: Float64Array, at: number, mean: Float64Array, covar: Float64Array): number {
    const D = mean.length;
    const columns = this.#columns;
    let n = 0;
    for (let d = 0; d < D; d++) if (!Number.isNaN(values[at + d]!)) columns[n++] = d;
    this.observed = n;
    for (let d = 0, m = n; d < D; d++) if (Number.isNaN(values[at + d]!)) columns[m++] = d;
    for (let i = 0; i < n; i++) {
      this.#residual[i] = values[at + columns[i]!]! - mean[columns[i]!]!;
      for (let j = 0; j <= i; j++) this.#factor[i * n + j] = covar[columns[i]! * D + columns[j]!]!;
    }
    cholesky(this.#factor, n, this.#factor);
    solveLower(this.#factor, n, this.#residual);
    this.logDeterminant = logDeterminant(this.#factor, n);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += this.#residual[i]! ** 2;
    return sum;
  }

  /** Fills `filled` and `spread`, for the row that `distance` has just read. */
  complete(values: Float64Array, at: number, mean: Float64Array, covar: Float64Array): void {
    const D = mean.length;
    const n = this.observed;
    const columns = this.#columns;
    this.spread.fill(0);
    for (let i = 0; i < n; i++) this.filled[columns[i]!] = values[at + columns[i]!]!;
    for (let m = n; m < D; m++) {
      const missing = columns[m]!;
      const own = (m - n) * n;
      for (let i = 0; i < n; i++) this.#column[i] = covar[missing * D + columns[i]!]!;
      solveLower(this.#factor, n, this.#column);
      for (let i = 0; i < n; i++) this.#ties[own + i] = this.#column[i]!;
      this.filled[missing] = mean[missing]! + dot(this.#column, 0, this.#residual, n);
      for (let other = n; other <= m; other++) {
        const left = covar[missing * D + columns[other]!]! - dot(this.#ties, (other - n) * n, this.#column, n);
        this.spread[missing * D + columns[other]!] = left;
        this.spread[columns[other]! * D + missing] = left;
      }
    }
  }
}

function dot(a: Float64Array, from: number, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[from + i]! * b[i]!;
  return sum;
}

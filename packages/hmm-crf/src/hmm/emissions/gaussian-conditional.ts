/** A Gaussian given some of its numbers: what missing ones are expected to be. */
import { cholesky, logDeterminant, solveCholesky, solveLower } from '../cholesky.js';
import { log2Pi } from './gaussian-form.js';

/** N(mean, covar) restricted to the numbers observed, and the others given them. */
export class GaussianConditional {
  readonly #observed: readonly number[];
  readonly #missing: readonly number[];
  /** Cholesky factor of the observed block. */
  readonly #factor: Float64Array;
  /** [missing, observed]: how much each missing number moves with the observed ones. */
  readonly #gain: Float64Array;
  /** [D,D]: the covariance that remains, 0 where something observed is involved. */
  readonly covariance: Float64Array;

  constructor(covar: Float64Array, D: number, row: ArrayLike<number>) {
    const all = Array.from({ length: D }, (_, d) => d);
    this.#observed = all.filter((d) => !Number.isNaN(row[d]!));
    this.#missing = all.filter((d) => Number.isNaN(row[d]!));
    const n = this.#observed.length;
    this.#factor = new Float64Array(n * n);
    cholesky(block(covar, D, this.#observed, this.#observed), n, this.#factor);
    this.#gain = block(covar, D, this.#missing, this.#observed);
    for (let m = 0; m < this.#missing.length; m++)
      solveCholesky(this.#factor, n, this.#gain.subarray(m * n, (m + 1) * n));
    this.covariance = new Float64Array(D * D);
    for (const [m, i] of this.#missing.entries()) {
      for (const j of this.#missing) {
        let sum = covar[i * D + j]!;
        for (const [o, d] of this.#observed.entries()) sum -= this.#gain[m * n + o]! * covar[d * D + j]!;
        this.covariance[i * D + j] = sum;
      }
    }
  }

  /** log p of the observed numbers of a row. */
  logDensity(row: ArrayLike<number>, mean: Float64Array): number {
    const n = this.#observed.length;
    const x = Float64Array.from(this.#observed, (d) => row[d]! - mean[d]!);
    solveLower(this.#factor, n, x);
    return -0.5 * (n * log2Pi + logDeterminant(this.#factor, n) + x.reduce((sum, y) => sum + y * y, 0));
  }

  /** The row with what is missing replaced by its expectation, into `out` [D]. */
  complete(row: ArrayLike<number>, mean: Float64Array, out: Float64Array): void {
    const n = this.#observed.length;
    for (const d of this.#observed) out[d] = row[d]!;
    for (const [m, i] of this.#missing.entries()) {
      let sum = mean[i]!;
      for (const [o, d] of this.#observed.entries()) sum += this.#gain[m * n + o]! * (row[d]! - mean[d]!);
      out[i] = sum;
    }
  }
}

function block(A: Float64Array, D: number, rows: readonly number[], columns: readonly number[]): Float64Array {
  return Float64Array.from(rows.flatMap((i) => columns.map((j) => A[i * D + j]!)));
}

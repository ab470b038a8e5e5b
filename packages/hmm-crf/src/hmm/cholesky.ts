/** Small dense linear algebra on symmetric positive definite matrices [n,n], row-major, in float64. */

/**
 * The lower factor L of a = L·Lᵀ into `out` (which may be `a`), zeros above its diagonal; only the lower half of `a` is read. False, with
 * `out` half written, where `a` is not positive definite to working precision.
 */
export function cholesky(a: Float64Array, n: number, out: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= out[i * n + k]! * out[j * n + k]!;
      if (j < i) out[i * n + j] = sum / out[j * n + j]!;
      else if (sum > 1e-15 * Math.abs(a[i * n + i]!) && sum < Infinity) out[i * n + i] = Math.sqrt(sum);
      else return false;
    }
    out.fill(0, i * n + i + 1, (i + 1) * n);
  }
  return true;
}

/** log |a| from its factor. */
export function logDeterminant(lower: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(lower[i * n + i]!);
  return 2 * sum;
}

/** x ← L⁻¹x. */
export function solveLower(lower: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
}

/** x ← a⁻¹x, from the factor of a. */
export function solveCholesky(lower: Float64Array, n: number, x: Float64Array): void {
  solveLower(lower, n, x);
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
}

/** L⁻¹, lower triangular, into `out` (not `lower`). */
export function invertLower(lower: Float64Array, n: number, out: Float64Array): void {
  out.fill(0, 0, n * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= lower[i * n + k]! * out[k * n + j]!;
      out[i * n + j] = sum / lower[i * n + i]!;
    }
  }
}

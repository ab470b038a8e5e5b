/** The floor that keeps learned covariances [D,D] positive definite. */
import { cholesky } from './cholesky.js';

/** Of correlations, what float64 can still tell from 0. */
const leastOfCorrelations = 1e-11;

/**
 * Raises the eigenvalues of symmetric A that are under `floor` to it, in place: among covariances of at least floor·I the one of highest
 * likelihood, so that EM still never falls. Where columns differ so much in scale that float64 cannot hold such a floor, correlations get one.
 */
export function floorEigenvalues(A: Float64Array, D: number, floor: number): void {
  const variances = A.filter((_, at) => at % (D + 1) === 0);
  const shifted = A.map((x, at) => (at % (D + 1) === 0 ? x - floor : x));
  const canHold = floor > 1e-14 * Math.max(...variances);
  if (canHold && !cholesky(shifted, D, shifted)) raise(A, D, floor);
  if (isSafe(A, D)) return;
  const deviations = variances.map((variance) => Math.sqrt(Math.max(variance, floor)));
  const scale = (at: number) => deviations[Math.floor(at / D)]! * deviations[at % D]!;
  const correlations = A.map((x, at) => x / scale(at));
  raise(correlations, D, leastOfCorrelations);
  for (let at = 0; at < A.length; at++) A[at] = correlations[at]! * scale(at);
}

function raise(A: Float64Array, D: number, floor: number): void {
  const { values, vectors } = symmetricEigen(A, D);
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) {
      let sum = 0;
      for (let k = 0; k < D; k++) sum += vectors[i * D + k]! * Math.max(values[k]!, floor) * vectors[j * D + k]!;
      A[i * D + j] = sum;
    }
  }
}

/** Whether what each column has left, the others given, is well above rounding. */
function isSafe(A: Float64Array, D: number): boolean {
  const lower = new Float64Array(D * D);
  if (!cholesky(A, D, lower)) return false;
  for (let i = 0; i < D; i++) if (lower[i * (D + 1)]! ** 2 < 10 * leastOfCorrelations * A[i * (D + 1)]!) return false;
  return true;
}

/** Eigenvalues [D] and eigenvectors in columns [D,D] of a symmetric matrix, by Jacobi rotations (Golub & Van Loan §8.5). */
function symmetricEigen(given: Float64Array, D: number): { values: Float64Array; vectors: Float64Array } {
  const A = given.slice();
  const vectors = new Float64Array(D * D);
  for (let i = 0; i < D; i++) vectors[i * (D + 1)] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < D * D; i++) {
      const square = A[i]! ** 2;
      all += square;
      if (i % (D + 1) !== 0) off += square;
    }
    if (!(off > 1e-32 * all)) break;
    for (let p = 0; p < D; p++) for (let q = p + 1; q < D; q++) rotate(A, vectors, D, p, q);
  }
  return { values: Float64Array.from({ length: D }, (_, i) => A[i * (D + 1)]!), vectors };
}

/** One Jacobi rotation, after which A[p][q] = 0. */
function rotate(A: Float64Array, vectors: Float64Array, D: number, p: number, q: number): void {
  const apq = A[p * D + q]!;
  if (apq === 0) return;
  const theta = (A[q * (D + 1)]! - A[p * (D + 1)]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < D; k++) turn(A, k * D + p, k * D + q, c, s);
  for (let k = 0; k < D; k++) turn(A, p * D + k, q * D + k, c, s);
  for (let k = 0; k < D; k++) turn(vectors, k * D + p, k * D + q, c, s);
}

function turn(M: Float64Array, at: number, to: number, c: number, s: number): void {
  const [x, y] = [M[at]!, M[to]!];
  M[at] = c * x - s * y;
  M[to] = s * x + c * y;
}

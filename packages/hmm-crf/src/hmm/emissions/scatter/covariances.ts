/** Covariances as they come from outside. */
import { OptionError } from '@seqloom/core/errors';
import { cholesky } from '../../cholesky.js';
import type { CovarianceType } from '../gaussian.js';
import { type Nested, positive, table } from '../parameters.js';

/** Variances of `shape`, all above 0; ones unless given. */
export function variances(where: string, given: Nested | undefined, shape: readonly number[]): Float64Array {
  return positive(where, 'covars', table(where, 'covars', given ?? 1, shape));
}

/** Matrices [G,D,D], all symmetric and positive definite; the identity unless given. */
export function matrices(where: string, given: Nested | undefined, shape: readonly number[]): Float64Array {
  const D = shape.at(-1)!;
  const size = shape.reduce((product, n) => product * n, 1);
  const identity = Float64Array.from({ length: size }, (_, i) => ((i % (D * D)) % (D + 1) === 0 ? 1 : 0));
  const out = table(where, 'covars', given ?? identity, shape);
  for (let at = 0; at < size; at += D * D) {
    const matrix = out.subarray(at, at + D * D);
    if (isSymmetric(matrix, D) && cholesky(matrix, D, new Float64Array(D * D))) continue;
    throw new OptionError(where, `matrix ${at / (D * D)} of \`covars\` must be symmetric and positive definite`);
  }
  return out;
}

/** Sets covariances to the variances [D] of all data: to their mean where `covars` has one number for each component (spherical). */
export function startFrom(covars: Float64Array, variances: Float64Array, type: CovarianceType, minimum: number): void {
  const D = variances.length;
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / D;
  const dense = type === 'full' || type === 'tied';
  for (let i = 0; i < covars.length; i++) {
    const off = dense && (i % (D * D)) % (D + 1) !== 0;
    covars[i] = off ? 0 : Math.max(type === 'spherical' ? mean : variances[i % D]!, minimum);
  }
}

function isSymmetric(matrix: Float64Array, D: number): boolean {
  const scale = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return matrix.every((x, i) => Math.abs(x - matrix[(i % D) * D + Math.floor(i / D)]!) <= 1e-8 * scale);
}

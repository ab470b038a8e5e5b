/** Hyperparameters of Gaussians as arrays, in the shapes of each type of covariance. */
import { OptionError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { cholesky } from '../cholesky.js';
import type { CovarianceType } from '../emissions/gaussian.js';
import { bounded, type Nested, positive, table } from '../emissions/parameters.js';

/** mean ~ N(means, (beta·Λ)⁻¹); the precision Λ has `dof` degrees of freedom and the inverse scale `scale`. A number fills an array. */
export interface GaussianHyperparameters {
  /** [K,D] */
  means?: Nested | number;
  /** β, how many rows the mean is worth: [K,D] (spherical, diag) or [K] (full, tied). */
  beta?: Nested | number;
  /** ν: [K] (spherical, full), [K,D] (diag) or [1] (tied); above D − 1 where covariances are whole. */
  dof?: Nested | number;
  /** [K] (spherical), [K,D] (diag), [K,D,D] (full) or [D,D] (tied); a number fills the diagonals. */
  scale?: Nested | number;
}

export interface HyperparameterArrays {
  readonly means: Float64Array;
  readonly beta: Float64Array;
  readonly dof: Float64Array;
  readonly scale: Float64Array;
}

/** K states and D columns, and what they share. */
export interface GaussianShape {
  readonly K: number;
  readonly D: number;
  readonly covarianceType: CovarianceType;
}

export const hyperparameterNames = ['means', 'beta', 'dof', 'scale'] as const;

/** How many numbers each state has of each hyperparameter; 0 where states share them. */
export function numbersPerState({
  D,
  covarianceType,
}: GaussianShape): Record<(typeof hyperparameterNames)[number], number> {
  if (covarianceType === 'spherical') return { means: D, beta: D, dof: 1, scale: 1 };
  if (covarianceType === 'diag') return { means: D, beta: D, dof: D, scale: D };
  if (covarianceType === 'full') return { means: D, beta: 1, dof: 1, scale: D * D };
  return { means: D, beta: 1, dof: 0, scale: 0 };
}

/** Whether columns depend on each other. */
export function isWhole({ covarianceType }: Pick<GaussianShape, 'covarianceType'>): boolean {
  return covarianceType === 'full' || covarianceType === 'tied';
}

/** Checked copies; throws a ShapeError or OptionError that names the field. */
export function hyperparameters(
  where: string,
  given: GaussianHyperparameters,
  shape: GaussianShape,
): HyperparameterArrays {
  knownOptions(where, given, hyperparameterNames);
  const { K, D } = shape;
  const { means = 0, beta = 1, dof = D, scale = 1e-3 } = given;
  const perState = numbersPerState(shape);
  const read = (name: keyof typeof perState, numbers: Nested | number) =>
    table(where, name, numbers, perState[name] > 0 ? [K, perState[name]] : [1, 1]);
  const least = (isWhole(shape) ? D - 1 : 0) + 1e-9;
  return {
    means: read('means', means),
    beta: positive(where, 'beta', read('beta', beta)),
    dof: bounded(where, 'dof', read('dof', dof), least),
    scale: isWhole(shape) ? matrices(where, scale, shape) : positive(where, 'scale', read('scale', scale)),
  };
}

/** As JSON holds them. */
export function plain(arrays: HyperparameterArrays): Record<(typeof hyperparameterNames)[number], number[]> {
  return { means: [...arrays.means], beta: [...arrays.beta], dof: [...arrays.dof], scale: [...arrays.scale] };
}

function matrices(where: string, given: Nested | number, { K, D, covarianceType }: GaussianShape): Float64Array {
  const tied = covarianceType === 'tied';
  const [count, shape] = tied ? [1, [D, D]] : [K, [K, D, D]];
  const out = typeof given === 'number' ? new Float64Array(count * D * D) : table(where, 'scale', given, shape);
  const lower = new Float64Array(D * D);
  for (let k = 0; k < count; k++) {
    const own = out.subarray(k * D * D, (k + 1) * D * D);
    for (let d = 0; d < D && typeof given === 'number'; d++) own[d * (D + 1)] = given;
    if (cholesky(own, D, lower)) continue;
    throw new OptionError(where, `\`scale\` of state ${k} must be positive definite`);
  }
  return out;
}

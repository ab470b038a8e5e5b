/** Hyperparameters of Gaussians as arrays: [K,D] by column (independent columns) or by state (whole covariances). */
import { OptionError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { cholesky } from '../cholesky.js';
import type { EmissionJSON } from '../emissions/emission.js';
import { bounded, type Nested, optionsOf, positive, table } from '../emissions/parameters.js';

/** mean ~ N(means, (beta·Λ)⁻¹); the precision Λ has `dof` degrees of freedom and the inverse scale `scale`. A number fills an array. */
export interface GaussianHyperparameters {
  /** [K,D] */
  means?: Nested | number;
  /** β, how many rows the mean is worth: [K,D] (diag) or [K] (full). */
  beta?: Nested | number;
  /** ν: [K,D], above 0 (diag), or [K], above D − 1 (full). */
  dof?: Nested | number;
  /** [K,D] (diag); [K,D,D] (full), where a number fills the diagonals. */
  scale?: Nested | number;
}

export interface HyperparameterArrays {
  readonly means: Float64Array;
  readonly beta: Float64Array;
  readonly dof: Float64Array;
  readonly scale: Float64Array;
}

export interface VariationalGaussianOptions {
  /** K */
  stateCount: number;
  /** D */
  size: number;
  /** hmmlearn's unless given: the data's mean, β 1, ν D, scale 0.001. */
  prior?: GaussianHyperparameters;
  /** Found from the data by k-means when learning begins, unless given. */
  posterior?: GaussianHyperparameters;
}

const names = ['means', 'beta', 'dof', 'scale'] as const;

/** Checked copies; throws a ShapeError or OptionError that names the field. */
export function hyperparameters(
  where: string,
  given: GaussianHyperparameters,
  { K, D, full }: { K: number; D: number; full: boolean },
): HyperparameterArrays {
  knownOptions(where, given, names);
  const { means = 0, beta = 1, dof = D, scale = 1e-3 } = given;
  const byState = full ? [K] : [K, D];
  return {
    means: table(where, 'means', means, [K, D]),
    beta: positive(where, 'beta', table(where, 'beta', beta, byState)),
    dof: bounded(where, 'dof', table(where, 'dof', dof, byState), (full ? D - 1 : 0) + 1e-9),
    scale: full ? matrices(where, scale, K, D) : positive(where, 'scale', table(where, 'scale', scale, [K, D])),
  };
}

/** As JSON holds them. */
export function plain(arrays: HyperparameterArrays): Record<(typeof names)[number], number[]> {
  return { means: [...arrays.means], beta: [...arrays.beta], dof: [...arrays.dof], scale: [...arrays.scale] };
}

/** The options that a file holds: every number of prior and posterior must be there. Throws an OptionError. */
export function savedOptions(where: string, family: string, json: EmissionJSON): VariationalGaussianOptions {
  const options = optionsOf<VariationalGaussianOptions>(where, family, json);
  for (const part of [options.prior, options.posterior]) {
    const missing = names.find((name) => !Array.isArray(part?.[name]));
    if (missing) throw new OptionError(where, `\`${missing}\` must be a list in prior and posterior`);
  }
  return options;
}

function matrices(where: string, given: Nested | number, K: number, D: number): Float64Array {
  const out = typeof given === 'number' ? new Float64Array(K * D * D) : table(where, 'scale', given, [K, D, D]);
  const lower = new Float64Array(D * D);
  for (let k = 0; k < K; k++) {
    const own = out.subarray(k * D * D, (k + 1) * D * D);
    for (let d = 0; d < D && typeof given === 'number'; d++) own[d * (D + 1)] = given;
    if (cholesky(own, D, lower)) continue;
    throw new OptionError(where, `\`scale\` of state ${k} must be positive definite`);
  }
  return out;
}

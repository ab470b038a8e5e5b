/** hmmlearn's priors on mixtures of Gaussians, and what they mean for every kind of covariance. */
import { OptionError } from '@seqloom/core/errors';
import { knownOptions, within } from '@seqloom/core/options';
import { dirichletPrior, type Matrix } from '../distributions.js';
import type { CovarianceType } from './gaussian.js';
import { type Nested, table } from './parameters.js';
import type { ScatterPrior } from './scatter/scatter.js';

/** hmmlearn's numbers under hmmlearn's names; none of them by default. */
export interface MixturePrior {
  /** Dirichlet α of the weights: one number or [K,M]. */
  weightsPrior?: Matrix | number;
  /** [K,M,D] or one number: where means are expected, `meansWeight` rows' worth. */
  meansPrior?: Nested | number;
  meansWeight?: number;
  /** spherical, diag: the shape of an inverse gamma prior. full, tied: the scale Ψ of an inverse Wishart one, [D,D], or its diagonal. */
  covarsPrior?: Nested | number;
  /** spherical, diag: the scale of the inverse gamma prior. full, tied: the degrees of freedom of the inverse Wishart one. */
  covarsWeight?: number;
}

/** K states, M components each, rows of D. */
export interface MixtureSizes {
  readonly K: number;
  readonly M: number;
  readonly D: number;
  readonly type: CovarianceType;
}

/** α of the weights [K,M], the prior of means and covariances, and all of it as plain JSON. */
export function mixturePrior(
  where: string,
  prior: MixturePrior,
  sizes: MixtureSizes,
): { weights: Float64Array; scatter: ScatterPrior; json: MixturePrior } {
  const { K, M, D } = sizes;
  knownOptions(where, prior, ['weightsPrior', 'meansPrior', 'meansWeight', 'covarsPrior', 'covarsWeight']);
  const { weightsPrior = 1, meansPrior = 0, meansWeight = 0 } = prior;
  const covariances = isDense(sizes.type) ? wishart(where, prior, sizes) : gamma(where, prior, sizes);
  if (!(covariances.degrees >= 0))
    throw new OptionError(where, 'the prior of `covars` would take rows away: it has too few degrees of freedom');
  const weights = dirichletPrior(where, 'weightsPrior', weightsPrior, [K, M]);
  const means = table(where, 'meansPrior', meansPrior, [K, M, D]);
  const scatter = { means, meansWeight: within(where, 'meansWeight', meansWeight, 0), ...covariances };
  const { covarsPrior, covarsWeight } = prior;
  const plain = covarsPrior === undefined || typeof covarsPrior === 'number' ? covarsPrior : [...covariances.covars];
  const json = { weightsPrior: [...weights], meansPrior: [...means], meansWeight, covarsPrior: plain, covarsWeight };
  return { weights, scatter, json };
}

export function isDense(type: CovarianceType): boolean {
  return type === 'full' || type === 'tied';
}

/** Density σ^(−2(α + 1)) · exp(−β / σ²), beside a normal one on the means, which has a σ^(−1) in every dimension. */
function gamma(where: string, { covarsPrior, covarsWeight = 0 }: MixturePrior, { D, type }: MixtureSizes) {
  const columns = type === 'spherical' ? D : 1; // that one variance speaks for
  const shape = covarsPrior ?? -1 - columns / 2;
  const scale = within(where, 'covarsWeight', covarsWeight, 0);
  if (typeof shape !== 'number')
    throw new OptionError(where, `\`covarsPrior\` must be one number for ${type} covariances`);
  return { covars: new Float64Array(D).fill((2 * scale) / columns), degrees: columns + 2 * (shape + 1) };
}

/** Density |Σ|^(−(ν + D + 1)/2) · exp(−tr(ΨΣ⁻¹)/2), beside normal ones on the means, which have a |Σ|^(−1/2) each. */
function wishart(where: string, { covarsPrior = 0, covarsWeight }: MixturePrior, { M, D, type }: MixtureSizes) {
  const components = type === 'tied' ? M : 1; // that one matrix speaks for
  const freedom = covarsWeight ?? -(components + D + 1);
  const diagonal = (scale: number) => Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? scale : 0));
  const scatter = typeof covarsPrior === 'number' ? diagonal(covarsPrior) : covarsPrior;
  return { covars: table(where, 'covarsPrior', scatter, [D, D]), degrees: components + freedom + D + 1 };
}

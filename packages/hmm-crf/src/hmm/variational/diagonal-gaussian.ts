/** Gaussian emissions of independent columns, with a normal–gamma posterior for each state and column. */
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { EmissionJSON } from '../emissions/emission.js';
import { Gaussian } from '../emissions/gaussian.js';
import { columnMoments, kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import { chosen } from './dirichlet.js';
import {
  type HyperparameterArrays,
  hyperparameters,
  plain,
  savedOptions,
  type VariationalGaussianOptions,
} from './hyperparameters.js';
import { expectedExcess, type NormalWishart, normalWishartDivergence } from './normal-wishart.js';
import type { VariationalEmission } from './variational-emission.js';

const where = 'VariationalDiagonalGaussian';
const family = 'variational-diagonal-gaussian';

/** Rows of D numbers; missing ones (NaN) say nothing. The precision of each column is gamma(ν/2, scale/2). */
export class VariationalDiagonalGaussian implements VariationalEmission {
  readonly family: string = family;
  readonly stateCount: number;
  readonly width: number;
  /** All [K,D]. */
  readonly prior: HyperparameterArrays;
  /** All [K,D]. */
  readonly posterior: HyperparameterArrays;
  readonly #drawn: { means: boolean; posterior: boolean };

  constructor(options: VariationalGaussianOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'prior', 'posterior']);
    const K = count(where, 'stateCount', options.stateCount);
    const D = count(where, 'size', options.size);
    this.stateCount = K;
    this.width = D;
    this.prior = hyperparameters(where, options.prior ?? {}, { K, D, full: false });
    this.posterior = hyperparameters(where, options.posterior ?? plain(this.prior), { K, D, full: false });
    this.#drawn = { means: options.prior?.means === undefined, posterior: options.posterior === undefined };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): VariationalDiagonalGaussian {
    return new VariationalDiagonalGaussian(savedOptions(where, family, json));
  }

  get statisticsSize(): number {
    return 3 * this.stateCount * this.width;
  }

  check(data: Observations): void {
    this.pointEstimate().check(data);
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, width: D, prior, posterior } = this;
    const { means, variances } = columnMoments(values, D);
    for (let at = 0; this.#drawn.means && at < K * D; at++) prior.means[at] = means[at % D]!;
    if (!this.#drawn.posterior) return;
    posterior.means.set(kMeans(values, D, K, rng));
    const share = values.length / D / K;
    for (let at = 0; at < K * D; at++) {
      posterior.beta[at] = prior.beta[at]! + share;
      posterior.dof[at] = prior.dof[at]! + share;
      posterior.scale[at] = prior.scale[at]! + share * variances[at % D]!;
    }
  }

  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, width: D } = this;
    const { means, dof, scale } = this.posterior;
    const precisions = dof.map((nu, at) => nu / scale[at]!);
    const constants = precisions.map(
      (precision, at) => 0.5 * Math.log(precision / (2 * Math.PI)) + expectedExcess(column(this.posterior, at)),
    );
    out.fill(0);
    for (let t = 0; t * D < values.length; t++) {
      for (let d = 0; d < D; d++) {
        const x = values[t * D + d]!;
        if (Number.isNaN(x)) continue;
        for (let k = 0, at = d; k < K; k++, at += D) {
          const offset = x - means[at]!;
          out[t * K + k]! += constants[at]! - 0.5 * precisions[at]! * offset * offset;
        }
      }
    }
  }

  /** Statistics, about the prior's means: rows, sums and squares, [K,D] each. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, width: D, prior } = this;
    const size = K * D;
    for (let t = 0; t * D < values.length; t++) {
      for (let d = 0; d < D; d++) {
        if (Number.isNaN(values[t * D + d]!)) continue;
        for (let k = 0, at = d; k < K; k++, at += D) {
          const weight = posteriors[t * K + k]!;
          const x = values[t * D + d]! - prior.means[at]!;
          statistics[at]! += weight;
          statistics[size + at]! += weight * x;
          statistics[2 * size + at]! += weight * x * x;
        }
      }
    }
  }

  update(statistics: Float64Array): void {
    const { prior, posterior } = this;
    const size = prior.means.length;
    for (let at = 0; at < size; at++) {
      const [rows, sum, square] = [statistics[at]!, statistics[size + at]!, statistics[2 * size + at]!];
      const beta = prior.beta[at]! + rows;
      posterior.beta[at] = beta;
      posterior.dof[at] = prior.dof[at]! + rows;
      posterior.means[at] = prior.means[at]! + sum / beta;
      posterior.scale[at] = prior.scale[at]! + Math.max(0, square - (sum * sum) / beta);
    }
  }

  divergence(): number {
    return this.prior.means.reduce(
      (sum, _, at) => sum + normalWishartDivergence(column(this.posterior, at), column(this.prior, at)),
      0,
    );
  }

  /** Means, and variances scale/ν. */
  pointEstimate(): Gaussian {
    const { means, scale, dof } = this.posterior;
    const covars = scale.map((s, at) => s / dof[at]!);
    return new Gaussian({ stateCount: this.stateCount, size: this.width, covarianceType: 'diag', means, covars });
  }

  withStates(states: readonly number[]): VariationalDiagonalGaussian {
    const D = this.width;
    const rows = ({ means, beta, dof, scale }: HyperparameterArrays) => ({
      means: chosen(means, D, states),
      beta: chosen(beta, D, states),
      dof: chosen(dof, D, states),
      scale: chosen(scale, D, states),
    });
    return new VariationalDiagonalGaussian({
      stateCount: states.length,
      size: D,
      prior: rows(this.prior),
      posterior: rows(this.posterior),
    });
  }

  toJSON(): EmissionJSON {
    const { stateCount, width: size } = this;
    return { family, stateCount, size, prior: plain(this.prior), posterior: plain(this.posterior) };
  }
}

/** One state's column. */
function column({ means, beta, dof, scale }: HyperparameterArrays, at: number): NormalWishart {
  return { mean: means.subarray(at, at + 1), beta: beta[at]!, dof: dof[at]!, scale: scale.subarray(at, at + 1) };
}

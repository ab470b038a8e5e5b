/** Gaussian emissions with a normal–Wishart posterior for each state. */
import { DataError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { EmissionJSON } from '../emissions/emission.js';
import { Gaussian } from '../emissions/gaussian.js';
import { columnMoments, kMeans } from '../k-means.js';
import { type Observations, placeOf } from '../observations.js';
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

const where = 'VariationalFullGaussian';
const family = 'variational-full-gaussian';

/** Rows of D numbers, whole or wholly missing (McGrory & Titterington 2009; hmmlearn's 'full'). */
export class VariationalFullGaussian implements VariationalEmission {
  readonly family: string = family;
  readonly stateCount: number;
  readonly width: number;
  /** means [K,D], beta and dof [K], scale [K,D,D] */
  readonly prior: HyperparameterArrays;
  readonly posterior: HyperparameterArrays;
  readonly #drawn: { means: boolean; posterior: boolean };

  constructor(options: VariationalGaussianOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'prior', 'posterior']);
    const K = count(where, 'stateCount', options.stateCount);
    const D = count(where, 'size', options.size);
    this.stateCount = K;
    this.width = D;
    this.prior = hyperparameters(where, options.prior ?? {}, { K, D, full: true });
    this.posterior = hyperparameters(where, options.posterior ?? plain(this.prior), { K, D, full: true });
    this.#drawn = { means: options.prior?.means === undefined, posterior: options.posterior === undefined };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): VariationalFullGaussian {
    return new VariationalFullGaussian(savedOptions(where, family, json));
  }

  get statisticsSize(): number {
    return this.stateCount * (1 + this.width + this.width ** 2);
  }

  check(data: Observations): void {
    this.pointEstimate().check(data);
    const D = this.width;
    for (let at = 0; at < data.values.length; at++) {
      if (Number.isNaN(data.values[at]!) === Number.isNaN(data.values[at - (at % D)]!)) continue;
      throw new DataError(where, `${placeOf(data, at)}: a row may be missing only as a whole`, {
        hint: 'VariationalDiagonalGaussian takes rows with gaps',
      });
    }
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, width: D, prior, posterior } = this;
    const { means, variances } = columnMoments(values, D);
    for (let at = 0; this.#drawn.means && at < K * D; at++) prior.means[at] = means[at % D]!;
    if (!this.#drawn.posterior) return;
    posterior.means.set(kMeans(values, D, K, rng));
    const share = values.length / D / K;
    posterior.scale.set(prior.scale);
    for (let k = 0; k < K; k++) {
      posterior.beta[k] = prior.beta[k]! + share;
      posterior.dof[k] = prior.dof[k]! + share;
      for (let d = 0; d < D; d++) posterior.scale[k * D * D + d * (D + 1)]! += share * variances[d]!;
    }
  }

  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, width: D } = this;
    this.pointEstimate().logProbability(values, out);
    const excess = Array.from({ length: K }, (_, k) => expectedExcess(this.#state(this.posterior, k)));
    for (let t = 0; t * D < values.length; t++) {
      if (Number.isNaN(values[t * D]!)) continue;
      for (let k = 0; k < K; k++) out[t * K + k]! += excess[k]!;
    }
  }

  /** Statistics, about the prior's means: rows [K], sums [K,D] and the lower halves of products [K,D,D]. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, width: D, prior } = this;
    const row = new Float64Array(D);
    for (let t = 0; t * D < values.length; t++) {
      if (Number.isNaN(values[t * D]!)) continue;
      for (let k = 0; k < K; k++) {
        const weight = posteriors[t * K + k]!;
        if (weight === 0) continue;
        for (let d = 0; d < D; d++) row[d] = values[t * D + d]! - prior.means[k * D + d]!;
        statistics[k]! += weight;
        const products = K + K * D + k * D * D;
        for (let i = 0; i < D; i++) {
          statistics[K + k * D + i]! += weight * row[i]!;
          const weighted = weight * row[i]!;
          for (let j = 0; j <= i; j++) statistics[products + i * D + j]! += weighted * row[j]!;
        }
      }
    }
  }

  update(statistics: Float64Array): void {
    const { stateCount: K, width: D, prior, posterior } = this;
    for (let k = 0; k < K; k++) {
      const beta = prior.beta[k]! + statistics[k]!;
      posterior.beta[k] = beta;
      posterior.dof[k] = prior.dof[k]! + statistics[k]!;
      const sums = statistics.subarray(K + k * D, K + (k + 1) * D);
      const scale = K + K * D + k * D * D;
      for (let i = 0; i < D; i++) {
        posterior.means[k * D + i] = prior.means[k * D + i]! + sums[i]! / beta;
        for (let j = 0; j <= i; j++) {
          const scatter = statistics[scale + i * D + j]! - (sums[i]! * sums[j]!) / beta;
          posterior.scale[(k * D + i) * D + j] = prior.scale[(k * D + i) * D + j]! + scatter;
          posterior.scale[(k * D + j) * D + i] = prior.scale[(k * D + j) * D + i]! + scatter;
        }
      }
    }
  }

  divergence(): number {
    let sum = 0;
    for (let k = 0; k < this.stateCount; k++) {
      sum += normalWishartDivergence(this.#state(this.posterior, k), this.#state(this.prior, k));
    }
    return sum;
  }

  /** Means, and covariances scale/ν. */
  pointEstimate(): Gaussian {
    const { stateCount, width: size } = this;
    const { means, scale, dof } = this.posterior;
    const covars = scale.map((s, at) => s / dof[Math.floor(at / size ** 2)]!);
    return new Gaussian({ stateCount, size, covarianceType: 'full', means, covars });
  }

  withStates(states: readonly number[]): VariationalFullGaussian {
    const D = this.width;
    const rows = ({ means, beta, dof, scale }: HyperparameterArrays) => ({
      means: chosen(means, D, states),
      beta: chosen(beta, 1, states),
      dof: chosen(dof, 1, states),
      scale: chosen(scale, D * D, states),
    });
    const [prior, posterior] = [rows(this.prior), rows(this.posterior)];
    return new VariationalFullGaussian({ stateCount: states.length, size: D, prior, posterior });
  }

  toJSON(): EmissionJSON {
    const { stateCount, width: size } = this;
    return { family, stateCount, size, prior: plain(this.prior), posterior: plain(this.posterior) };
  }

  #state({ means, beta, dof, scale }: HyperparameterArrays, k: number): NormalWishart {
    const D = this.width;
    return {
      mean: means.subarray(k * D, (k + 1) * D),
      beta: beta[k]!,
      dof: dof[k]!,
      scale: scale.subarray(k * D * D, (k + 1) * D * D),
    };
  }
}

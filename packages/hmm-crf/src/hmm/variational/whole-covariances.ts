/** Gaussians with covariances between columns: a normal–Wishart posterior for each state (full), or one precision for all states (tied). */
import { Gaussian } from '../emissions/gaussian.js';
import type { GaussianPosterior } from './gaussian-posterior.js';
import type { GaussianShape, HyperparameterArrays } from './hyperparameters.js';
import { expectedExcess, meanDivergence, type NormalWishart, wishartDivergence } from './normal-wishart.js';

/** Rows are whole, or wholly missing. Statistics: rows [K], sums [K,D] and the lower halves of products [K,D,D]. */
export class WholeCovariances implements GaussianPosterior {
  readonly #shape: GaussianShape;
  readonly #prior: HyperparameterArrays;
  readonly #posterior: HyperparameterArrays;

  constructor(shape: GaussianShape, prior: HyperparameterArrays, posterior: HyperparameterArrays) {
    this.#shape = shape;
    this.#prior = prior;
    this.#posterior = posterior;
  }

  get statisticsSize(): number {
    const { K, D } = this.#shape;
    return K * (1 + D + D * D);
  }

  start(rows: number, variances: Float64Array): void {
    const { K, D } = this.#shape;
    const [prior, posterior] = [this.#prior, this.#posterior];
    posterior.dof.set(prior.dof);
    posterior.scale.set(prior.scale);
    for (let k = 0; k < K; k++) {
      posterior.beta[k] = prior.beta[k]! + rows;
      posterior.dof[this.#precision(k)]! += rows;
      const scale = this.#scale(posterior, k);
      for (let d = 0; d < D; d++) scale[d * (D + 1)]! += rows * variances[d]!;
    }
  }

  /** A Gaussian at the posterior's means, moved by what their doubt costs. */
  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    const { K, D, covarianceType } = this.#shape;
    const { means, scale, dof } = this.#posterior;
    const covars = scale.map((s, at) => s / dof[Math.floor(at / D ** 2)]!);
    new Gaussian({ stateCount: K, size: D, covarianceType, means, covars }).logProbability(values, out);
    const excess = Array.from({ length: K }, (_, k) => expectedExcess(this.#state(this.#posterior, k)));
    for (let t = 0; t * D < values.length; t++) {
      if (Number.isNaN(values[t * D]!)) continue;
      for (let k = 0; k < K; k++) out[t * K + k]! += excess[k]!;
    }
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D } = this.#shape;
    const row = new Float64Array(D);
    for (let t = 0; t * D < values.length; t++) {
      if (Number.isNaN(values[t * D]!)) continue;
      for (let k = 0; k < K; k++) {
        const weight = posteriors[t * K + k]!;
        if (weight === 0) continue;
        for (let d = 0; d < D; d++) row[d] = values[t * D + d]! - this.#prior.means[k * D + d]!;
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
    const { K, D } = this.#shape;
    const [prior, posterior] = [this.#prior, this.#posterior];
    posterior.dof.set(prior.dof);
    posterior.scale.set(prior.scale);
    for (let k = 0; k < K; k++) {
      const rows = statistics[k]!;
      const beta = prior.beta[k]! + rows;
      posterior.beta[k] = beta;
      posterior.dof[this.#precision(k)]! += rows;
      const sums = statistics.subarray(K + k * D, K + (k + 1) * D);
      for (let d = 0; d < D; d++) posterior.means[k * D + d] = prior.means[k * D + d]! + sums[d]! / beta;
      const products = statistics.subarray(K + K * D + k * D * D, K + K * D + (k + 1) * D * D);
      addScatter(this.#scale(posterior, k), products, sums, beta);
    }
  }

  divergence(): number {
    let sum = 0;
    for (let k = 0; k < this.#shape.K; k++) {
      const [posterior, prior] = [this.#state(this.#posterior, k), this.#state(this.#prior, k)];
      sum += meanDivergence(posterior, prior);
      if (k === 0 || this.#precision(k) > 0) sum += wishartDivergence(posterior, prior);
    }
    return sum;
  }

  /** Which precision a state has. */
  #precision(k: number): number {
    return this.#shape.covarianceType === 'full' ? k : 0;
  }

  #scale({ scale }: HyperparameterArrays, k: number): Float64Array {
    const size = this.#shape.D ** 2;
    return scale.subarray(this.#precision(k) * size, (this.#precision(k) + 1) * size);
  }

  #state(arrays: HyperparameterArrays, k: number): NormalWishart {
    const { D } = this.#shape;
    const { means, beta, dof } = arrays;
    const mean = means.subarray(k * D, (k + 1) * D);
    return { mean, beta: beta[k]!, dof: dof[this.#precision(k)]!, scale: this.#scale(arrays, k) };
  }
}

/** scale += products − sums·sumsᵀ/β, of which the lower half of products is given. */
function addScatter(scale: Float64Array, products: Float64Array, sums: Float64Array, beta: number): void {
  const D = sums.length;
  for (let i = 0; i < D; i++) {
    for (let j = 0; j <= i; j++) {
      const scatter = products[i * D + j]! - (sums[i]! * sums[j]!) / beta;
      scale[i * D + j]! += scatter;
      if (j < i) scale[j * D + i]! += scatter;
    }
  }
}

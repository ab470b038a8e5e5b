/** Gaussians of independent columns: a normal–gamma posterior for each state and column (diag), or one precision for all columns (spherical). */
import type { GaussianPosterior } from './gaussian-posterior.js';
import type { GaussianShape, HyperparameterArrays } from './hyperparameters.js';
import { expectedExcess, meanDivergence, type NormalWishart, wishartDivergence } from './normal-wishart.js';

/** Missing numbers (NaN) say nothing. Statistics: rows, sums and squares, [K,D] each. */
export class IndependentColumns implements GaussianPosterior {
  readonly #shape: GaussianShape;
  readonly #prior: HyperparameterArrays;
  readonly #posterior: HyperparameterArrays;

  constructor(shape: GaussianShape, prior: HyperparameterArrays, posterior: HyperparameterArrays) {
    this.#shape = shape;
    this.#prior = prior;
    this.#posterior = posterior;
  }

  get statisticsSize(): number {
    return 3 * this.#prior.means.length;
  }

  start(rows: number, variances: Float64Array): void {
    const [prior, posterior] = [this.#prior, this.#posterior];
    posterior.dof.set(prior.dof);
    posterior.scale.set(prior.scale);
    for (let at = 0; at < prior.means.length; at++) {
      posterior.beta[at] = prior.beta[at]! + rows;
      posterior.dof[this.#precision(at)]! += rows;
      posterior.scale[this.#precision(at)]! += rows * variances[at % this.#shape.D]!;
    }
  }

  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    const { K, D } = this.#shape;
    const { means, dof, scale } = this.#posterior;
    const precisions = means.map((_, at) => dof[this.#precision(at)]! / scale[this.#precision(at)]!);
    const constants = precisions.map(
      (precision, at) => 0.5 * Math.log(precision / (2 * Math.PI)) + expectedExcess(this.#column(this.#posterior, at)),
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

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D } = this.#shape;
    const { means } = this.#prior;
    const size = K * D;
    for (let t = 0; t * D < values.length; t++) {
      for (let d = 0; d < D; d++) {
        if (Number.isNaN(values[t * D + d]!)) continue;
        for (let k = 0, at = d; k < K; k++, at += D) {
          const weight = posteriors[t * K + k]!;
          const x = values[t * D + d]! - means[at]!;
          statistics[at]! += weight;
          statistics[size + at]! += weight * x;
          statistics[2 * size + at]! += weight * x * x;
        }
      }
    }
  }

  update(statistics: Float64Array): void {
    const [prior, posterior] = [this.#prior, this.#posterior];
    const size = prior.means.length;
    posterior.dof.set(prior.dof);
    posterior.scale.set(prior.scale);
    for (let at = 0; at < size; at++) {
      const [rows, sum, square] = [statistics[at]!, statistics[size + at]!, statistics[2 * size + at]!];
      const beta = prior.beta[at]! + rows;
      posterior.beta[at] = beta;
      posterior.means[at] = prior.means[at]! + sum / beta;
      posterior.dof[this.#precision(at)]! += rows;
      posterior.scale[this.#precision(at)]! += Math.max(0, square - (sum * sum) / beta);
    }
  }

  divergence(): number {
    let sum = 0;
    for (let at = 0; at < this.#prior.means.length; at++) {
      const [posterior, prior] = [this.#column(this.#posterior, at), this.#column(this.#prior, at)];
      sum += meanDivergence(posterior, prior);
      if (this.#precision(at) !== this.#precision(at - 1)) sum += wishartDivergence(posterior, prior);
    }
    return sum;
  }

  /** Where the precision of a state's column stands. */
  #precision(at: number): number {
    return this.#shape.covarianceType === 'diag' ? at : Math.floor(at / this.#shape.D);
  }

  #column({ means, beta, dof, scale }: HyperparameterArrays, at: number): NormalWishart {
    const p = this.#precision(at);
    return { mean: means.subarray(at, at + 1), beta: beta[at]!, dof: dof[p]!, scale: scale.subarray(p, p + 1) };
  }
}

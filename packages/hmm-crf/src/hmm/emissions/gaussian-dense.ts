/** Gaussians with covariance matrices: one for each state (full), or one for all (tied). */
import { cholesky, logDeterminant, solveCholesky, solveLower } from '../cholesky.js';
import { floorEigenvalues } from '../covariance-floor.js';
import { GaussianConditional } from './gaussian-conditional.js';
import { fewestRows, type GaussianForm, type GaussianParameters, log2Pi } from './gaussian-form.js';

/**
 * covars is [K,D,D], or [D,D] when tied. Statistics, about the origin: rows [K], sums [K,D] and products [K,D,D], of which the lower
 * triangle is kept; missing numbers count as their expectation and its spread given the rest of the row.
 */
export class DenseGaussians implements GaussianForm {
  readonly parameters: GaussianParameters;
  readonly tied: boolean;
  readonly statisticsSize: number;

  constructor(parameters: GaussianParameters, tied: boolean) {
    const { K, D } = parameters;
    this.parameters = parameters;
    this.tied = tied;
    this.statisticsSize = K * (1 + D + D * D);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { K, D, means } = this.parameters;
    const conditionals = this.#conditionals();
    const y = new Float64Array(D);
    for (let k = 0; k < K; k++) {
      const { L, constant } = this.#factor(k);
      const mean = means.subarray(k * D, (k + 1) * D);
      for (let t = 0; t * D < values.length; t++) {
        let square = 0;
        for (let i = 0; i < D; i++) {
          let sum = values[t * D + i]! - mean[i]!;
          for (let j = 0; j < i; j++) sum -= L[i * D + j]! * y[j]!;
          const scaled = sum * L[i * (D + 1)]!;
          y[i] = scaled;
          square += scaled * scaled;
        }
        out[t * K + k] = constant - 0.5 * square;
        if (!Number.isNaN(square)) continue;
        const row = values.subarray(t * D, (t + 1) * D);
        out[t * K + k] = conditionals(k, row).logDensity(row, mean);
      }
    }
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D, origin, means } = this.parameters;
    const conditionals = this.#conditionals();
    const row = new Float64Array(D);
    for (let t = 0; t * D < values.length; t++) {
      let known = 0;
      for (let d = 0; d < D; d++) {
        row[d] = values[t * D + d]! - origin[d]!;
        if (!Number.isNaN(row[d]!)) known++;
      }
      if (known === 0) continue;
      for (let k = 0; k < K; k++) {
        const weight = posteriors[t * K + k]!;
        if (weight === 0) continue;
        if (known === D) {
          this.#addRow(statistics, k, weight, row);
          continue;
        }
        const given = values.subarray(t * D, (t + 1) * D);
        const conditional = conditionals(k, given);
        const filled = new Float64Array(D);
        conditional.complete(given, means.subarray(k * D, (k + 1) * D), filled);
        for (let d = 0; d < D; d++) filled[d]! -= origin[d]!;
        this.#addRow(statistics, k, weight, filled);
        const products = statistics.subarray(K + K * D + k * D * D, K + K * D + (k + 1) * D * D);
        for (let i = 0; i < D * D; i++) products[i]! += weight * conditional.rest[i]!;
      }
    }
  }

  maximise(statistics: Float64Array): void {
    const { K, D, covars } = this.parameters;
    const pooled = new Float64Array(D * D);
    let pooledRows = 0;
    for (let k = 0; k < K; k++) {
      const rows = statistics[k]!;
      if (rows >= fewestRows) this.#maximiseMean(statistics, k);
      const scatter = this.#scatter(statistics, k);
      pooledRows += rows;
      for (let i = 0; i < D * D; i++) pooled[i]! += scatter[i]!;
      if (this.tied || rows < fewestRows) continue;
      this.#setCovariance(covars.subarray(k * D * D, (k + 1) * D * D), k, scatter, rows);
    }
    if (this.tied && pooledRows >= fewestRows) this.#setCovariance(covars, 0, pooled, pooledRows);
  }

  logPrior(): number {
    const { K, D, means, priors } = this.parameters;
    const degrees = Math.max(priors.covarsWeight - D, 0);
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const L = new Float64Array(D * D);
      cholesky(this.#covariance(k), D, L);
      const prior = this.tied ? 0 : k * D * D;
      const first = !this.tied || k === 0;
      if (first) sum -= degrees * logDeterminant(L, D);
      const offset = Float64Array.from({ length: D }, (_, d) => means[k * D + d]! - priors.means[k * D + d]!);
      solveLower(L, D, offset);
      sum -= priors.meansWeight * offset.reduce((total, y) => total + y * y, 0);
      for (let d = 0; first && d < D; d++) {
        const column = priors.covars.slice(prior + d * D, prior + (d + 1) * D);
        solveCholesky(L, D, column);
        sum -= column[d]!;
      }
    }
    return sum / 2;
  }

  addNoise(state: number, normal: () => number, out: Float64Array): void {
    const { D } = this.parameters;
    const L = new Float64Array(D * D);
    cholesky(this.#covariance(state), D, L);
    const noise = Float64Array.from({ length: D }, normal);
    for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) out[i]! += L[i * D + j]! * noise[j]!;
  }

  #covariance(k: number): Float64Array {
    const { D, covars } = this.parameters;
    return this.tied ? covars : covars.subarray(k * D * D, (k + 1) * D * D);
  }

  /** The factor with its diagonal inverted, and log p at the mean. */
  #factor(k: number): { L: Float64Array; constant: number } {
    const { D } = this.parameters;
    const L = new Float64Array(D * D);
    cholesky(this.#covariance(k), D, L);
    const constant = -0.5 * (D * log2Pi + logDeterminant(L, D));
    for (let i = 0; i < D; i++) L[i * (D + 1)] = 1 / L[i * (D + 1)]!;
    return { L, constant };
  }

  #addRow(statistics: Float64Array, k: number, weight: number, row: Float64Array): void {
    const { K, D } = this.parameters;
    statistics[k]! += weight;
    const sums = K + k * D;
    const products = K + K * D + k * D * D;
    for (let i = 0; i < D; i++) {
      const weighted = weight * row[i]!;
      statistics[sums + i]! += weighted;
      for (let j = 0; j <= i; j++) statistics[products + i * D + j]! += weighted * row[j]!;
    }
  }

  #maximiseMean(statistics: Float64Array, k: number): void {
    const { K, D, means, priors, origin, frozen } = this.parameters;
    for (let at = k * D; at < (k + 1) * D && !frozen.has('means'); at++) {
      const o = origin[at % D]!;
      const weight = priors.meansWeight + statistics[k]!;
      means[at] = o + (priors.meansWeight * (priors.means[at]! - o) + statistics[K + at]!) / weight;
    }
  }

  /** Σ weight · (x − mean)(x − mean)ᵀ about the mean that now is, with that of the prior on means. */
  #scatter(statistics: Float64Array, k: number): Float64Array {
    const { K, D, means, origin, priors } = this.parameters;
    const out = new Float64Array(D * D);
    const mean = (d: number) => means[k * D + d]! - origin[d]!;
    const offset = (d: number) => means[k * D + d]! - priors.means[k * D + d]!;
    const sum = (d: number) => statistics[K + k * D + d]!;
    for (let i = 0; i < D; i++) {
      for (let j = 0; j <= i; j++) {
        const product = statistics[K + K * D + k * D * D + i * D + j]!;
        const centred = product - mean(i) * sum(j) - sum(i) * mean(j) + statistics[k]! * mean(i) * mean(j);
        out[i * D + j] = out[j * D + i] = centred + priors.meansWeight * offset(i) * offset(j);
      }
    }
    return out;
  }

  #setCovariance(covar: Float64Array, k: number, scatter: Float64Array, rows: number): void {
    const { D, priors, minCovar, frozen } = this.parameters;
    if (frozen.has('covars')) return;
    const degrees = Math.max(priors.covarsWeight - D, 0);
    for (let i = 0; i < D * D; i++) covar[i] = (priors.covars[k * D * D + i]! + scatter[i]!) / (degrees + rows);
    floorEigenvalues(covar, D, minCovar);
  }

  /** By state and by what is missing. */
  #conditionals(): (k: number, row: Float64Array) => GaussianConditional {
    const { D } = this.parameters;
    const known = new Map<string, GaussianConditional>();
    return (k, row) => {
      const key = `${this.tied ? 0 : k} ${Array.from(row, (x) => (Number.isNaN(x) ? '0' : '1')).join('')}`;
      let conditional = known.get(key);
      if (!conditional) {
        conditional = new GaussianConditional(this.#covariance(k), D, row);
        known.set(key, conditional);
      }
      return conditional;
    };
  }
}

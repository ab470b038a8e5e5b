/** Gaussians with covariance matrices: one for each state (full), or one for all (tied). */
import { doubles, gaussianFullLogDensity, weightedMoments, weightedProducts } from '@seqloom/kernels';
import { cholesky, invertLower, logDeterminant, solveCholesky, solveLower } from '../cholesky.js';
import { floorEigenvalues } from '../covariance-floor.js';
import { emissionKernels, within } from '../kernels.js';
import { GaussianConditional } from './gaussian-conditional.js';
import { fewestRows, type GaussianForm, type GaussianParameters, log2Pi } from './gaussian-form.js';
import { placed, placedRows } from './gaussian-rows.js';

/**
 * covars is [K,D,D], or [D,D] when tied. Statistics, about the origin: rows [K], sums [K,D] and products [K,D,D]; missing numbers count as their expectation and its spread given the rest of the row.
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
    const kernels = emissionKernels();
    const { memory } = kernels;
    const { factors, constants } = this.#whitening();
    within(kernels, (allocate) => {
      const [x, m, f, c] = [values, means, factors, constants].map((numbers) => placed(memory, allocate, numbers));
      const logs = allocate(8 * out.length);
      const pointers = { x: x!, means: m!, factors: f!, constants: c!, logs };
      gaussianFullLogDensity(kernels, { ...pointers, n: values.length / D, K, D });
      out.set(doubles(memory, logs, out.length));
    });
    const conditionals = this.#conditionals();
    for (let row = 0; row * K < out.length; row++) {
      if (!Number.isNaN(out[row * K]!)) continue;
      const given = values.subarray(row * D, (row + 1) * D);
      for (let k = 0; k < K; k++)
        out[row * K + k] = conditionals(k, given).logDensity(given, means.subarray(k * D, (k + 1) * D));
    }
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D, origin } = this.parameters;
    const kernels = emissionKernels();
    const { memory } = kernels;
    const gaps = within(kernels, (allocate) => {
      const found = placedRows(kernels, allocate, { values, weights: posteriors, origin });
      const masses = placed(memory, allocate, statistics);
      const [sums, products] = [masses + 8 * K, masses + 8 * (K + K * D)];
      weightedMoments(kernels, { ...found, masses, sums, n: values.length / D, K, D });
      weightedProducts(kernels, { ...found, products, n: values.length / D, K, D });
      statistics.set(doubles(memory, masses, statistics.length));
      return found.gaps;
    });
    const conditionals = this.#conditionals();
    for (const row of gaps) {
      const given = values.subarray(row * D, (row + 1) * D);
      if (given.every(Number.isNaN)) continue;
      for (let k = 0; k < K; k++)
        this.#addExpected(statistics, k, posteriors[row * K + k]!, given, conditionals(k, given));
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

  /** W [K,D,D] with |W(x − mean)|² the Mahalanobis distance, and log p at the means. */
  #whitening(): { factors: Float64Array; constants: Float64Array } {
    const { K, D } = this.parameters;
    const [factors, constants] = [new Float64Array(K * D * D), new Float64Array(K)];
    const L = new Float64Array(D * D);
    for (let k = 0; k < K; k++) {
      cholesky(this.#covariance(k), D, L);
      invertLower(L, D, factors.subarray(k * D * D, (k + 1) * D * D));
      constants[k] = -0.5 * (D * log2Pi + logDeterminant(L, D));
    }
    return { factors, constants };
  }

  /** A row with gaps, its missing numbers replaced by what they are expected to be, and their spread. */
  #addExpected(
    statistics: Float64Array,
    k: number,
    weight: number,
    given: Float64Array,
    rest: GaussianConditional,
  ): void {
    const { K, D, origin, means } = this.parameters;
    const row = new Float64Array(D);
    rest.complete(given, means.subarray(k * D, (k + 1) * D), row);
    for (let d = 0; d < D; d++) row[d]! -= origin[d]!;
    const [sums, products] = [K + k * D, K + K * D + k * D * D];
    statistics[k]! += weight;
    for (let i = 0; i < D; i++) {
      statistics[sums + i]! += weight * row[i]!;
      for (let j = 0; j < D; j++)
        statistics[products + i * D + j]! += weight * (row[i]! * row[j]! + rest.covariance[i * D + j]!);
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

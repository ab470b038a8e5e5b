/** Mixtures of Gaussians: every state draws rows of D numbers from one of its M normal distributions. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { distributions, drawIndex, logDirichlet, type Matrix, maximiseDistribution } from '../distributions.js';
import { columnMoments } from '../k-means.js';
import type { Observations } from '../observations.js';
import { mixtureMeans } from './clusters.js';
import type { Emission, EmissionJSON } from './emission.js';
import type { CovarianceType } from './gaussian.js';
import { isDense, type MixturePrior, mixturePrior } from './mixture-prior.js';
import { frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { matrices, startFrom, variances } from './scatter/covariances.js';
import { DiagonalScatter } from './scatter/diagonal-scatter.js';
import { FullScatter } from './scatter/full-scatter.js';
import { log2Pi, rowsAtOnce, type Scatter, type ScatterPrior } from './scatter/scatter.js';

export interface GaussianMixtureOptions {
  /** K */
  stateCount: number;
  /** M: how many Gaussians a state has. */
  mixtureCount: number;
  /** D */
  size: number;
  /** 'diag' unless given; 'tied' is one matrix for all Gaussians of a state. */
  covarianceType?: CovarianceType;
  /** [K,M]; equal unless given. */
  weights?: Matrix;
  /** [K,M,D]: found by k-means when learning begins, unless given. */
  means?: Nested;
  /** spherical [K,M], diag [K,M,D], full [K,M,D,D] or tied [K,D,D]; the data's variances when learning begins, unless given. */
  covars?: Nested;
  /** None unless given. */
  prior?: MixturePrior;
  /** The least variance in any direction that learning arrives at; 1e-6 unless given. */
  minCovar?: number;
  frozen?: readonly MixtureParameter[];
}

type MixtureParameter = 'weights' | 'means' | 'covars';

const where = 'GaussianMixture';
const names: readonly MixtureParameter[] = ['weights', 'means', 'covars'];

/**
 * Rows of D numbers; missing ones are integrated out. Where hmmlearn's GMMHMM updates covariances about the means as they were, the M-step
 * here is exact: about the means as they become, so that the likelihood never falls.
 */
export class GaussianMixture implements Emission {
  readonly family = 'gaussian-mixture';
  readonly stateCount: number;
  readonly mixtureCount: number;
  readonly width: number;
  readonly covarianceType: CovarianceType;
  /** [K,M] */
  readonly weights: Float64Array;
  /** [K,M,D] */
  readonly means: Float64Array;
  /** spherical [K,M], diag [K,M,D], full [K,M,D,D] or tied [K,D,D] */
  readonly covars: Float64Array;
  readonly prior: MixturePrior;
  readonly minCovar: number;
  readonly frozen: ReadonlySet<MixtureParameter>;
  readonly #scatter: Scatter;
  readonly #priors: { readonly weights: Float64Array; readonly scatter: ScatterPrior };
  readonly #drawn: { readonly means: boolean; readonly covars: boolean };
  /** [K,M]: log weight and what normalises a Gaussian. */
  readonly #constants: Float64Array;
  /** [M]: how probable the components of a state are for a row. */
  readonly #shares: Float64Array;

  constructor(options: GaussianMixtureOptions) {
    const sizes = ['stateCount', 'mixtureCount', 'size', 'covarianceType'];
    knownOptions(where, options, [...sizes, ...names, 'prior', 'minCovar', 'frozen']);
    const { covarianceType = 'diag', weights, means, covars, prior = {}, minCovar = 1e-6, frozen } = options;
    const K = count(where, 'stateCount', options.stateCount);
    const M = count(where, 'mixtureCount', options.mixtureCount);
    const D = count(where, 'size', options.size);
    oneOf(where, 'covarianceType', covarianceType, ['spherical', 'diag', 'full', 'tied']);
    this.stateCount = K;
    this.mixtureCount = M;
    this.width = D;
    this.covarianceType = covarianceType;
    this.weights = distributions(where, 'weights', weights ?? new Float64Array(K * M).fill(1 / M), [K, M]);
    this.means = table(where, 'means', means ?? 0, [K, M, D]);
    const shape = { spherical: [K, M], diag: [K, M, D], full: [K, M, D, D], tied: [K, D, D] }[covarianceType];
    this.covars = isDense(covarianceType) ? matrices(where, covars, shape) : variances(where, covars, shape);
    this.minCovar = within(where, 'minCovar', minCovar, Number.MIN_VALUE);
    this.frozen = frozenNames(where, frozen, names);
    this.#scatter = new (isDense(covarianceType) ? FullScatter : DiagonalScatter)(this.means, this.covars, D, minCovar);
    this.#scatter.origin.set(columnMoments(this.means, D).means);
    const priors = mixturePrior(`${where}.prior`, prior, { K, M, D, type: covarianceType });
    this.#priors = priors;
    this.prior = priors.json;
    this.#drawn = { means: means === undefined, covars: covars === undefined };
    this.#constants = new Float64Array(K * M);
    this.#shares = new Float64Array(M);
  }

  get parameterCount(): number {
    const free = this.weights.reduce((sum, p) => sum + (p > 0 ? 1 : 0), -this.stateCount);
    const counts = { weights: free, means: this.means.length, covars: this.#scatter.covarianceCount };
    return names.reduce((sum, name) => sum + (this.frozen.has(name) ? 0 : counts[name]), 0);
  }

  get statisticsSize(): number {
    return this.weights.length * (1 + this.#scatter.momentsSize);
  }

  check(data: Observations): void {
    checkValues(where, data, Number.isFinite, 'a finite number');
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, mixtureCount: M, width: D } = this;
    const moments = columnMoments(values, D);
    if (this.#drawn.means) {
      this.#scatter.origin.set(moments.means);
      this.means.set(mixtureMeans(values, [K, M, D], rng));
    }
    if (this.#drawn.covars) startFrom(this.covars, moments.variances, this.covarianceType, this.minCovar);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const K = this.stateCount;
    this.#eachChunk(values, (rows, scores, row) => {
      for (let i = 0; i < rows.length / this.width; i++)
        for (let k = 0; k < K; k++) out[(row + i) * K + k] = this.#score(rows, scores, i, k);
    });
  }

  /** Statistics: expected rows [K,M], then the moments of each component. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, mixtureCount: M, width: D } = this;
    const moments = statistics.subarray(K * M);
    this.#eachChunk(values, (rows, table, row) => {
      for (let i = 0, at = 0; i < rows.length / D; i++) {
        const whole = !Number.isNaN(table[at]!);
        for (let k = 0; k < K; k++) {
          const posterior = posteriors[(row + i) * K + k]!;
          if (posterior > 0) this.#score(rows, table, i, k);
          for (let m = 0; m < M; m++, at++) {
            const weight = posterior > 0 ? posterior * this.#shares[m]! : 0;
            table[at] = whole ? weight : 0;
            if (whole) statistics[k * M + m]! += weight;
            else if (weight > 0) this.#addPartial(statistics, rows, i * D, k * M + m, weight);
          }
        }
      }
      this.#scatter.addRows(moments, rows, table, table);
    });
  }

  maximise(statistics: Float64Array): void {
    const { stateCount: K, mixtureCount: M } = this;
    for (let k = 0; k < K && !this.frozen.has('weights'); k++) {
      const row = (numbers: Float64Array) => numbers.subarray(k * M, (k + 1) * M);
      const counts = row(statistics);
      if (counts.some((n) => n > 0)) maximiseDistribution(row(this.weights), counts, row(this.#priors.weights));
    }
    const learned = { means: !this.frozen.has('means'), covars: !this.frozen.has('covars') };
    this.#scatter.maximise(statistics.subarray(K * M), this.#priors.scatter, learned);
  }

  logPrior(): number {
    return logDirichlet(this.weights, this.#priors.weights) + this.#scatter.logPrior(this.#priors.scatter);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    const M = this.mixtureCount;
    const component = drawIndex(this.weights.subarray(state * M, (state + 1) * M), rng);
    this.#scatter.draw(state * M + component, 1, rng, out);
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, mixtureCount, width: size, covarianceType, prior, minCovar } = this;
    const parameters = { weights: [...this.weights], means: [...this.means], covars: [...this.covars] };
    const origin = [...this.#scatter.origin];
    return {
      family,
      stateCount,
      mixtureCount,
      size,
      covarianceType,
      ...parameters,
      prior,
      minCovar,
      frozen: [...this.frozen],
      origin,
    };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON({ origin, ...json }: EmissionJSON): GaussianMixture {
    const mixture = new GaussianMixture(optionsOf<GaussianMixtureOptions>(where, 'gaussian-mixture', json));
    mixture.#scatter.origin.set(table(where, 'origin', (origin ?? mixture.#scatter.origin) as Nested, [mixture.width]));
    return mixture;
  }

  /** Visits rows together with a table [n,K,M]: their exponents, NaN where a row lacks a value. */
  #eachChunk(values: Float64Array, visit: (rows: Float64Array, exponents: Float64Array, row: number) => void): void {
    const { width: D, weights } = this;
    this.#scatter.prepare();
    for (let c = 0; c < weights.length; c++)
      this.#constants[c] = Math.log(weights[c]!) - 0.5 * (D * log2Pi + this.#scatter.logDeterminantOf(c));
    const table = new Float64Array(Math.min(values.length / D, rowsAtOnce) * weights.length);
    for (let row = 0; row < values.length / D; row += rowsAtOnce) {
      const rows = values.subarray(row * D, (row + rowsAtOnce) * D);
      const exponents = table.subarray(0, (rows.length / D) * weights.length);
      this.#scatter.exponents(rows, exponents);
      visit(rows, exponents, row);
    }
  }

  /** log p(row | state); leaves the probabilities of its components in `#shares`. */
  #score(rows: Float64Array, exponents: Float64Array, row: number, k: number): number {
    const M = this.mixtureCount;
    const shares = this.#shares;
    const from = (row * this.stateCount + k) * M;
    const whole = !Number.isNaN(exponents[from]!);
    let top = -Infinity;
    for (let m = 0; m < M; m++) {
      const exponent = whole ? exponents[from + m]! : this.#partialExponent(rows, row, k * M + m);
      shares[m] = this.#constants[k * M + m]! + exponent;
      if (shares[m]! > top) top = shares[m]!;
    }
    if (!whole && this.#scatter.observed === 0) return 0;
    if (top === -Infinity) return top;
    let sum = 0;
    for (let m = 0; m < M; m++) sum += shares[m] = Math.exp(shares[m]! - top);
    for (let m = 0; m < M; m++) shares[m]! /= sum;
    return top + Math.log(sum);
  }

  /** The exponent of the values that a row has, and what the constant has too much for them. */
  #partialExponent(rows: Float64Array, row: number, component: number): number {
    const distance = this.#scatter.distance(rows, row * this.width, component);
    const { observed, logDeterminant } = this.#scatter;
    const surplus = (this.width - observed) * log2Pi + this.#scatter.logDeterminantOf(component) - logDeterminant;
    return -0.5 * (distance - surplus);
  }

  #addPartial(statistics: Float64Array, rows: Float64Array, at: number, component: number, weight: number): void {
    this.#scatter.distance(rows, at, component); // what `add` goes by
    if (this.#scatter.observed === 0) return;
    statistics[component]! += weight;
    this.#scatter.add(statistics.subarray(this.weights.length), rows, at, component, weight, weight);
  }
}

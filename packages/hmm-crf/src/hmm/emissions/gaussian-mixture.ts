/** Mixtures of Gaussians: every state draws rows of D numbers from one of its M normal distributions. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { distributions, drawIndex, logDirichlet, type Matrix, maximiseDistribution } from '../distributions.js';
import { columnMoments, kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';
import type { CovarianceType } from './gaussian.js';
import { isDense, type MixturePrior, mixturePrior } from './mixture-prior.js';
import { frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { matrices, variances } from './scatter/covariances.js';
import { DiagonalScatter } from './scatter/diagonal-scatter.js';
import { FullScatter } from './scatter/full-scatter.js';
import { log2Pi, type Scatter, type ScatterPrior } from './scatter/scatter.js';

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
  /** [K,M,D]: found by k-means in k-means when learning begins, unless given. */
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
  readonly #logWeights: Float64Array;
  /** [M]: log density of a row in the components of one state. */
  readonly #scores: Float64Array;

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
    this.#logWeights = new Float64Array(K * M);
    this.#scores = new Float64Array(M);
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
      const centres = kMeans(values, D, K, rng);
      for (let k = 0; k < K; k++) this.means.set(kMeans(nearest(values, D, centres, k), D, M, rng), k * M * D);
    }
    if (!this.#drawn.covars) return;
    const mean = moments.variances.reduce((sum, variance) => sum + variance, 0) / D;
    const dense = isDense(this.covarianceType);
    for (let i = 0; i < this.covars.length; i++) {
      const variance = this.covarianceType === 'spherical' ? mean : moments.variances[i % D]!;
      const off = dense && (i % (D * D)) % (D + 1) !== 0;
      this.covars[i] = off ? 0 : Math.max(variance, this.minCovar);
    }
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, width: D } = this;
    this.#prepare();
    for (let row = 0, at = 0; at < values.length; row += K, at += D)
      for (let k = 0; k < K; k++) out[row + k] = this.#score(values, at, k);
  }

  /** Statistics: expected rows [K,M], then the moments of each component. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, mixtureCount: M, width: D } = this;
    const moments = statistics.subarray(K * M);
    this.#prepare();
    for (let row = 0, at = 0; at < values.length; row += K, at += D) {
      for (let k = 0; k < K; k++) {
        const posterior = posteriors[row + k]!;
        if (posterior === 0) continue;
        const total = this.#score(values, at, k);
        if (this.#scatter.observed === 0) break;
        for (let m = 0; m < M; m++) {
          const weight = posterior * Math.exp(this.#scores[m]! - total);
          if (!(weight > 0)) continue;
          if (this.#scatter.observed < D) this.#scatter.distance(values, at, k * M + m); // what `add` goes by
          statistics[k * M + m]! += weight;
          this.#scatter.add(moments, values, at, k * M + m, weight, weight);
        }
      }
    }
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

  #prepare(): void {
    this.#scatter.prepare();
    for (let c = 0; c < this.weights.length; c++) this.#logWeights[c] = Math.log(this.weights[c]!);
  }

  /** log p(row | state); leaves that of its components in `#scores`. */
  #score(values: Float64Array, at: number, k: number): number {
    const M = this.mixtureCount;
    let top = -Infinity;
    for (let m = 0; m < M; m++) {
      const distance = this.#scatter.distance(values, at, k * M + m);
      const { observed, logDeterminant } = this.#scatter;
      if (observed === 0) return 0;
      const score = this.#logWeights[k * M + m]! - 0.5 * (observed * log2Pi + logDeterminant + distance);
      this.#scores[m] = score;
      if (score > top) top = score;
    }
    if (M === 1 || top === -Infinity) return top;
    let sum = 0;
    for (let m = 0; m < M; m++) sum += Math.exp(this.#scores[m]! - top);
    return top + Math.log(sum);
  }
}

/** The rows whose nearest centre is `own`; all rows where none is. Missing values do not count. */
function nearest(values: Float64Array, D: number, centres: Float64Array, own: number): Float64Array {
  const out = new Float64Array(values.length);
  let length = 0;
  for (let at = 0; at < values.length; at += D) {
    let [closest, least] = [0, Infinity];
    for (let c = 0; c < centres.length; c += D) {
      let distance = 0;
      for (let d = 0; d < D; d++)
        if (!Number.isNaN(values[at + d]!)) distance += (values[at + d]! - centres[c + d]!) ** 2;
      if (distance < least) [closest, least] = [c / D, distance];
    }
    for (let d = 0; d < D && closest === own; d++) out[length++] = values[at + d]!;
  }
  return length > 0 ? out.slice(0, length) : values;
}

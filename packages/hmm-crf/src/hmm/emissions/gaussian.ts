/** Gaussian emissions: every state draws rows of D numbers from a normal distribution. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { cholesky } from '../cholesky.js';
import { type Matrix, matrix } from '../distributions.js';
import { columnMoments, kMeans } from '../k-means.js';
import { type Observations, placeOf } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';
import { DenseGaussians } from './gaussian-dense.js';
import { DiagonalGaussians } from './gaussian-diagonal.js';
import type { GaussianForm, GaussianParameters, GaussianPriors } from './gaussian-form.js';
import { type Nested, optionsOf, table } from './parameters.js';

export type CovarianceType = 'spherical' | 'diag' | 'full' | 'tied';

/** hmmlearn's priors: a number stands for an array full of it, also in matrices. */
export interface GaussianPrior {
  /** [K,D]: where means are expected; 0 unless given. */
  meansPrior?: Matrix | number;
  /** How many rows that expectation is worth; 0 unless given. */
  meansWeight?: number;
  /** A scatter added to the data's, [K,D] (spherical, diag), [K,D,D] (full) or [D,D] (tied), flat; 0.01 unless given. */
  covarsPrior?: ArrayLike<number> | number;
  /** How many rows that scatter is worth, 1 (spherical, diag) or D (full, tied) counting as none; 1 unless given. */
  covarsWeight?: number;
}

export interface GaussianOptions {
  /** K */
  stateCount: number;
  /** D */
  size: number;
  /** 'diag' unless given. */
  covarianceType?: CovarianceType;
  /** [K,D]: found by k-means when learning begins, unless given. */
  means?: Matrix;
  /** spherical [K], diag [K,D], full [K,D,D] or tied [D,D], nested or flat; the data's covariance when learning begins, unless given. */
  covars?: Covariances;
  prior?: GaussianPrior;
  /** The least variance in any direction that learning arrives at; 1e-6 unless given. */
  minCovar?: number;
  frozen?: readonly ('means' | 'covars')[];
}

export type Covariances = Matrix | readonly (readonly ArrayLike<number>[])[];

const where = 'Gaussian';

/** Rows of D numbers; missing ones (NaN) are integrated out. */
export class Gaussian implements Emission {
  readonly family = 'gaussian';
  readonly stateCount: number;
  readonly width: number;
  readonly covarianceType: CovarianceType;
  /** [K,D] */
  readonly means: Float64Array;
  /** spherical [K], diag [K,D], full [K,D,D] or tied [D,D] */
  readonly covars: Float64Array;
  readonly priors: GaussianPriors;
  readonly minCovar: number;
  readonly #parameters: GaussianParameters;
  readonly #form: GaussianForm;
  readonly #drawn: { means: boolean; covars: boolean };

  constructor(options: GaussianOptions) {
    const known = ['stateCount', 'size', 'covarianceType', 'means', 'covars', 'prior', 'minCovar', 'frozen'];
    knownOptions(where, options, known);
    const { covarianceType = 'diag', means, covars, prior = {}, minCovar = 1e-6, frozen = [] } = options;
    const K = count(where, 'stateCount', options.stateCount);
    const D = count(where, 'size', options.size);
    oneOf(where, 'covarianceType', covarianceType, ['spherical', 'diag', 'full', 'tied']);
    for (const name of frozen) oneOf(where, 'frozen', name, ['means', 'covars']);
    this.stateCount = K;
    this.width = D;
    this.covarianceType = covarianceType;
    this.means = means === undefined ? new Float64Array(K * D) : matrix(where, 'means', means, [K, D]);
    this.covars = covariances(covarianceType, covars, K, D);
    this.minCovar = within(where, 'minCovar', minCovar, 0);
    this.priors = priorsOf(prior, covarianceType, K, D);
    const origin = meanRow(this.means, D);
    const { priors } = this;
    this.#parameters = {
      K,
      D,
      means: this.means,
      covars: this.covars,
      priors,
      minCovar,
      origin,
      frozen: new Set(frozen),
    };
    this.#form =
      covarianceType === 'spherical' || covarianceType === 'diag'
        ? new DiagonalGaussians(this.#parameters, covarianceType === 'spherical')
        : new DenseGaussians(this.#parameters, covarianceType === 'tied');
    this.#drawn = { means: means === undefined, covars: covars === undefined };
  }

  get parameterCount(): number {
    const { frozen } = this.#parameters;
    return (frozen.has('means') ? 0 : this.means.length) + (frozen.has('covars') ? 0 : this.#covarianceCount());
  }

  get statisticsSize(): number {
    return this.#form.statisticsSize;
  }

  check(data: Observations): void {
    const { values } = data;
    let spread = 0;
    for (let at = 0; at < values.length; at++) spread += values[at]! * 0;
    if (spread === 0) return; // no infinity and no gap
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (value === Infinity || value === -Infinity)
        throw new DataError(where, `${placeOf(data, at)}: ${value} is not finite`);
    }
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, width: D } = this;
    const { means, variances } = columnMoments(values, D);
    if (this.#drawn.means) {
      this.means.set(kMeans(values, D, K, rng));
      this.#parameters.origin.set(means);
    }
    if (!this.#drawn.covars) return;
    const mean = variances.reduce((sum, variance) => sum + variance, 0) / D;
    for (let at = 0; at < this.covars.length; at++) {
      if (this.covarianceType === 'spherical') this.covars[at] = Math.max(mean, this.minCovar);
      else if (this.covarianceType === 'diag') this.covars[at] = Math.max(variances[at % D]!, this.minCovar);
      else this.covars[at] = (at % (D * D)) % (D + 1) === 0 ? Math.max(variances[at % D]!, this.minCovar) : 0;
    }
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    this.#form.logProbability(values, out);
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    this.#form.accumulate(statistics, values, posteriors);
  }

  maximise(statistics: Float64Array): void {
    this.#form.maximise(statistics);
  }

  logPrior(): number {
    return this.#form.logPrior();
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    out.set(this.means.subarray(state * this.width, (state + 1) * this.width));
    this.#form.addNoise(state, () => rng.normal(), out);
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, covarianceType, means, covars, priors, minCovar } = this;
    const prior = {
      meansPrior: [...priors.means],
      meansWeight: priors.meansWeight,
      covarsPrior: [...priors.covars],
      covarsWeight: priors.covarsWeight,
    };
    const frozen = [...this.#parameters.frozen];
    return {
      family,
      stateCount,
      size,
      covarianceType,
      means: [...means],
      covars: [...covars],
      prior,
      minCovar,
      frozen,
      origin: [...this.#parameters.origin],
    };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON({ origin, ...json }: EmissionJSON): Gaussian {
    const gaussian = new Gaussian(optionsOf<GaussianOptions>(where, 'gaussian', json));
    const { origin: own } = gaussian.#parameters;
    own.set(table(where, 'origin', (origin ?? own) as Nested, [gaussian.width])); // older files have none
    return gaussian;
  }

  #covarianceCount(): number {
    const { covarianceType, covars, stateCount: K, width: D } = this;
    if (covarianceType === 'full') return (K * D * (D + 1)) / 2;
    return covarianceType === 'tied' ? (D * (D + 1)) / 2 : covars.length;
  }
}

function covarianceShape(type: CovarianceType, K: number, D: number): [rows: number, columns: number] {
  return { spherical: [1, K], diag: [K, D], full: [K * D, D], tied: [D, D] }[type] as [number, number];
}

/** Checked, or the identity. */
function covariances(type: CovarianceType, given: Covariances | undefined, K: number, D: number): Float64Array {
  const [rows, columns] = covarianceShape(type, K, D);
  const dense = type === 'full' || type === 'tied';
  if (given === undefined)
    return Float64Array.from({ length: rows * columns }, (_, at) => (!dense || (at % (D * D)) % (D + 1) === 0 ? 1 : 0));
  const nested = type === 'full' && Array.isArray((given[0] as unknown[])?.[0]);
  const out = matrix(where, 'covars', (nested ? (given as Matrix[]).flat() : given) as Matrix, [rows, columns]);
  const bad = dense ? badMatrix(out, D) : out.findIndex((variance) => !(variance > 0));
  if (bad < 0) return out;
  const problem = dense
    ? `matrix ${bad} of \`covars\` must be symmetric and positive definite`
    : '`covars` must be positive';
  throw new OptionError(where, dense ? problem : `${problem}, got ${show(out[bad])}`);
}

/** The first matrix that is no covariance, or −1. */
function badMatrix(covars: Float64Array, D: number): number {
  for (let m = 0; m < covars.length / (D * D); m++) {
    const A = covars.subarray(m * D * D, (m + 1) * D * D);
    const scale = Math.max(...A.map(Math.abs));
    const symmetric = A.every((x, i) => Math.abs(x - A[(i % D) * D + Math.floor(i / D)]!) <= 1e-8 * scale);
    if (!symmetric || !cholesky(A, D, new Float64Array(D * D))) return m;
  }
  return -1;
}

function priorsOf(prior: GaussianPrior, type: CovarianceType, K: number, D: number): GaussianPriors {
  const at = `${where}.prior`;
  knownOptions(at, prior, ['meansPrior', 'meansWeight', 'covarsPrior', 'covarsWeight']);
  const { meansPrior = 0, meansWeight = 0, covarsPrior = 0.01, covarsWeight = 1 } = prior;
  const full = (name: string, given: Matrix | number, shape: [number, number]) =>
    typeof given === 'number'
      ? new Float64Array(shape[0] * shape[1]).fill(within(at, name, given, -Number.MAX_VALUE))
      : matrix(at, name, given, shape);
  return {
    means: full('meansPrior', meansPrior, [K, D]),
    meansWeight: within(at, 'meansWeight', meansWeight, 0),
    covars: full('covarsPrior', covarsPrior, type === 'spherical' ? [K, D] : covarianceShape(type, K, D)),
    covarsWeight: within(at, 'covarsWeight', covarsWeight, 0),
  };
}

function meanRow(means: Float64Array, D: number): Float64Array {
  const out = new Float64Array(D);
  for (let at = 0; at < means.length; at++) out[at % D]! += (means[at]! * D) / means.length;
  return out;
}

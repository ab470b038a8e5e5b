/** Gaussian emissions with distributions over means and precisions. */
import { DataError, OptionError } from '@seqloom/core/errors';
import { count, knownOptions, oneOf } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { EmissionJSON } from '../emissions/emission.js';
import { type CovarianceType, Gaussian } from '../emissions/gaussian.js';
import { optionsOf } from '../emissions/parameters.js';
import { columnMoments, kMeans } from '../k-means.js';
import { type Observations, placeOf } from '../observations.js';
import { chosen } from './dirichlet.js';
import type { GaussianPosterior } from './gaussian-posterior.js';
import {
  type GaussianHyperparameters,
  type GaussianShape,
  type HyperparameterArrays,
  hyperparameterNames,
  hyperparameters,
  isWhole,
  numbersPerState,
  plain,
} from './hyperparameters.js';
import { IndependentColumns } from './independent-columns.js';
import type { VariationalEmission } from './variational-emission.js';
import { WholeCovariances } from './whole-covariances.js';

export interface VariationalGaussianOptions {
  /** K */
  stateCount: number;
  /** D */
  size: number;
  /** 'full' unless given. */
  covarianceType?: CovarianceType;
  /** hmmlearn's unless given: the data's mean, β 1, ν D, scale 0.001. */
  prior?: GaussianHyperparameters;
  /** Found from the data by k-means when learning begins, unless given. */
  posterior?: GaussianHyperparameters;
}

const where = 'VariationalGaussian';
const family = 'variational-gaussian';

/** Rows of D numbers (McGrory & Titterington 2009). Missing ones (NaN) say nothing; where covariances are whole, only whole rows may be missing. */
export class VariationalGaussian implements VariationalEmission {
  readonly family: string = family;
  readonly stateCount: number;
  readonly width: number;
  readonly covarianceType: CovarianceType;
  /** As `GaussianHyperparameters` says. */
  readonly prior: HyperparameterArrays;
  readonly posterior: HyperparameterArrays;
  readonly #shape: GaussianShape;
  readonly #form: GaussianPosterior;
  readonly #drawn: { means: boolean; posterior: boolean };

  constructor(options: VariationalGaussianOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'covarianceType', 'prior', 'posterior']);
    const { covarianceType = 'full', prior = {}, posterior } = options;
    oneOf(where, 'covarianceType', covarianceType, ['spherical', 'diag', 'full', 'tied']);
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.width = count(where, 'size', options.size);
    this.covarianceType = covarianceType;
    this.#shape = { K: this.stateCount, D: this.width, covarianceType };
    this.prior = hyperparameters(where, prior, this.#shape);
    this.posterior = hyperparameters(where, posterior ?? plain(this.prior), this.#shape);
    const Form = isWhole(this.#shape) ? WholeCovariances : IndependentColumns;
    this.#form = new Form(this.#shape, this.prior, this.posterior);
    this.#drawn = { means: prior.means === undefined, posterior: posterior === undefined };
  }

  /** Reads what `toJSON` wrote: every number of prior and posterior must be there. */
  static fromJSON(json: EmissionJSON): VariationalGaussian {
    const options = optionsOf<VariationalGaussianOptions>(where, family, json);
    for (const part of [options.prior, options.posterior]) {
      const missing = hyperparameterNames.find((name) => !Array.isArray(part?.[name]));
      if (missing) throw new OptionError(where, `\`${missing}\` must be a list in prior and posterior`);
    }
    return new VariationalGaussian(options);
  }

  get statisticsSize(): number {
    return this.#form.statisticsSize;
  }

  check(data: Observations): void {
    this.pointEstimate().check(data);
    const { values } = data;
    for (let at = 0; isWhole(this.#shape) && at < values.length; at++) {
      if (Number.isNaN(values[at]!) === Number.isNaN(values[at - (at % this.width)]!)) continue;
      throw new DataError(where, `${placeOf(data, at)}: a row may be missing only as a whole`, {
        hint: "covarianceType 'diag' takes rows with gaps",
      });
    }
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, width: D } = this;
    const { means, variances } = columnMoments(values, D);
    for (let at = 0; this.#drawn.means && at < K * D; at++) this.prior.means[at] = means[at % D]!;
    if (!this.#drawn.posterior) return;
    this.posterior.means.set(kMeans(values, D, K, rng));
    this.#form.start(values.length / D / K, variances);
  }

  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    this.#form.expectedLogProbability(values, out);
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    this.#form.accumulate(statistics, values, posteriors);
  }

  update(statistics: Float64Array): void {
    this.#form.update(statistics);
  }

  divergence(): number {
    return this.#form.divergence();
  }

  /** Means, and covariances scale/ν. */
  pointEstimate(): Gaussian {
    const { stateCount, width: size, covarianceType } = this;
    const { means, scale, dof } = this.posterior;
    const share = scale.length / dof.length;
    const covars = scale.map((s, at) => s / dof[Math.floor(at / share)]!);
    return new Gaussian({ stateCount, size, covarianceType, means, covars });
  }

  withStates(states: readonly number[]): VariationalGaussian {
    const perState = numbersPerState(this.#shape);
    const rows = (arrays: HyperparameterArrays) =>
      Object.fromEntries(
        hyperparameterNames.map((name) => [
          name,
          perState[name] > 0 ? chosen(arrays[name], perState[name], states) : arrays[name],
        ]),
      );
    return new VariationalGaussian({
      ...{ stateCount: states.length, size: this.width, covarianceType: this.covarianceType },
      ...{ prior: rows(this.prior), posterior: rows(this.posterior) },
    });
  }

  toJSON(): EmissionJSON {
    const { stateCount, width: size, covarianceType } = this;
    return { family, stateCount, size, covarianceType, prior: plain(this.prior), posterior: plain(this.posterior) };
  }
}

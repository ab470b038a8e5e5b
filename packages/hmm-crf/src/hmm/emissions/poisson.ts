/** Poisson emissions: every state draws D counts, independent given the state. */
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { columnMoments, kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import { drawPoisson } from './draws.js';
import type { Emission, EmissionJSON } from './emission.js';
import { type ColumnFamily, scoreColumns, sumColumns } from './independent-columns.js';
import { bounded, frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { logFactorial } from './special/log-gamma.js';

export interface PoissonOptions {
  /** K */
  stateCount: number;
  /** D; 1 unless given. */
  size?: number;
  /** [K,D]: the rates; drawn from the data when learning begins, unless given. */
  lambdas?: Nested;
  /** Events seen beforehand, in `lambdasWeight` rows: a gamma prior of shape `lambdasPrior` + 1 and rate `lambdasWeight`; 0, none. */
  lambdasPrior?: number;
  lambdasWeight?: number;
  frozen?: readonly 'lambdas'[];
}

const where = 'Poisson';
const family: ColumnFamily = {
  featureCount: 1,
  features(x, out) {
    out[0] = x;
    return -logFactorial(x);
  },
};

/** Rows of D whole numbers of at least 0. */
export class Poisson implements Emission {
  readonly family = 'poisson';
  readonly stateCount: number;
  readonly width: number;
  /** [K,D] */
  readonly lambdas: Float64Array;
  readonly lambdasPrior: number;
  readonly lambdasWeight: number;
  readonly frozen: ReadonlySet<'lambdas'>;
  readonly #drawn: boolean;

  constructor(options: PoissonOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'lambdas', 'lambdasPrior', 'lambdasWeight', 'frozen']);
    const { lambdas, lambdasPrior = 0, lambdasWeight = 0, frozen } = options;
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.width = count(where, 'size', options.size ?? 1);
    this.lambdas = bounded(where, 'lambdas', table(where, 'lambdas', lambdas ?? 1, [this.stateCount, this.width]), 0);
    this.lambdasPrior = within(where, 'lambdasPrior', lambdasPrior, 0);
    this.lambdasWeight = within(where, 'lambdasWeight', lambdasWeight, 0);
    this.frozen = frozenNames(where, frozen, ['lambdas']);
    this.#drawn = lambdas === undefined;
  }

  get parameterCount(): number {
    return this.frozen.has('lambdas') ? 0 : this.lambdas.length;
  }

  get statisticsSize(): number {
    return 2 * this.lambdas.length;
  }

  check(data: Observations): void {
    checkValues(where, data, (x) => Number.isInteger(x) && x >= 0, 'a count');
  }

  /** Rates half way between the mean and the centres of clusters. */
  initialise(data: Observations, rng: Rng): void {
    if (!this.#drawn) return;
    const { means } = columnMoments(data.values, this.width);
    const centres = kMeans(data.values, this.width, this.stateCount, rng);
    for (let i = 0; i < centres.length; i++)
      this.lambdas[i] = Math.max(0.5 * (centres[i]! + means[i % this.width]!), 1e-3);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const constants = this.lambdas.map((rate) => -rate);
    scoreColumns(family, { constants, natural: [this.lambdas.map(Math.log)] }, this.width, values, out);
  }

  /** Statistics [K,D,2]: expected rows and events. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    sumColumns(family, this.width, statistics, values, posteriors);
  }

  maximise(statistics: Float64Array): void {
    if (this.frozen.has('lambdas')) return;
    for (let j = 0; j < this.lambdas.length; j++) {
      if (statistics[2 * j]! > 0)
        this.lambdas[j] = (this.lambdasPrior + statistics[2 * j + 1]!) / (this.lambdasWeight + statistics[2 * j]!);
    }
  }

  traces(out: Float64Array): void {
    for (const [j, rate] of this.lambdas.entries()) out.set(rate > 0 ? [1, Math.max(rate, 1e-3)] : [0, 0], 2 * j);
  }

  logPrior(): number {
    const { lambdasPrior: events, lambdasWeight: rows } = this;
    return this.lambdas.reduce((sum, rate) => sum + (events > 0 ? events * Math.log(rate) : 0) - rows * rate, 0);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    for (let d = 0; d < this.width; d++) out[d] = drawPoisson(this.lambdas[state * this.width + d]!, rng);
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, lambdas, lambdasPrior, lambdasWeight, frozen } = this;
    return { family, stateCount, size, lambdas: [...lambdas], lambdasPrior, lambdasWeight, frozen: [...frozen] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): Poisson {
    return new Poisson(optionsOf<PoissonOptions>(where, 'poisson', json));
  }
}

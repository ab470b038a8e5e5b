/** Bernoulli emissions: every state draws D bits, independent given the state. */
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { columnMoments, kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';
import { type ColumnFamily, scoreColumns, sumColumns } from './independent-columns.js';
import { bounded, frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';

export interface BernoulliOptions {
  /** K */
  stateCount: number;
  /** D; 1 unless given. */
  size?: number;
  /** [K,D]: p(1 | state); drawn around the data's when learning begins, unless given. */
  probs?: Nested;
  /** α of a Beta(α, α) prior on each; 1, no prior, unless given. */
  prior?: number;
  frozen?: readonly 'probs'[];
}

const where = 'Bernoulli';
const family: ColumnFamily = {
  featureCount: 2,
  features(x, out) {
    out[0] = x;
    out[1] = 1 - x;
    return 0;
  },
};

/** Rows of D numbers that are 0 or 1. */
export class Bernoulli implements Emission {
  readonly family = 'bernoulli';
  readonly stateCount: number;
  readonly width: number;
  /** [K,D] */
  readonly probs: Float64Array;
  readonly prior: number;
  readonly frozen: ReadonlySet<'probs'>;
  readonly #drawn: boolean;

  constructor(options: BernoulliOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'probs', 'prior', 'frozen']);
    const { probs, prior = 1, frozen } = options;
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.width = count(where, 'size', options.size ?? 1);
    this.probs = bounded(where, 'probs', table(where, 'probs', probs ?? 0.5, [this.stateCount, this.width]), 0, 1);
    this.prior = within(where, 'prior', prior, 1);
    this.frozen = frozenNames(where, frozen, ['probs']);
    this.#drawn = probs === undefined;
  }

  get parameterCount(): number {
    return this.frozen.has('probs') ? 0 : this.probs.length;
  }

  get statisticsSize(): number {
    return 3 * this.probs.length;
  }

  check(data: Observations): void {
    checkValues(where, data, (x) => x === 0 || x === 1, '0 or 1');
  }

  /** Near the centres of clusters, some way to the mean, some way to anywhere. */
  initialise({ values }: Observations, rng: Rng): void {
    if (!this.#drawn) return;
    const { means } = columnMoments(values, this.width);
    const centres = kMeans(values, this.width, this.stateCount, rng);
    for (let i = 0; i < centres.length; i++) {
      const p = 0.6 * centres[i]! + 0.2 * means[i % this.width]! + 0.2 * rng.uniform();
      this.probs[i] = 0.02 + 0.96 * p;
    }
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const natural = [this.probs.map(Math.log), this.probs.map((p) => Math.log1p(-p))];
    scoreColumns(family, { constants: new Float64Array(this.probs.length), natural }, this.width, values, out);
  }

  /** Statistics [K,D,3]: expected rows, ones and zeros. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    sumColumns(family, this.width, statistics, values, posteriors);
  }

  maximise(statistics: Float64Array): void {
    if (this.frozen.has('probs')) return;
    const before = this.prior - 1;
    for (let j = 0; j < this.probs.length; j++) {
      const [rows, ones] = [statistics[3 * j]!, statistics[3 * j + 1]!];
      if (rows > 0) this.probs[j] = Math.min((before + ones) / (2 * before + rows), 1);
    }
  }

  traces(out: Float64Array): void {
    for (const [j, p] of this.probs.entries()) {
      const ones = Math.min(Math.max(p, 1e-3), 1 - 1e-3);
      out.set(p > 0 && p < 1 ? [1, ones, 1 - ones] : [0, 0, 0], 3 * j);
    }
  }

  logPrior(): number {
    if (this.prior === 1) return 0;
    return this.probs.reduce((sum, p) => sum + (this.prior - 1) * (Math.log(p) + Math.log1p(-p)), 0);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    for (let d = 0; d < this.width; d++) out[d] = rng.uniform() < this.probs[state * this.width + d]! ? 1 : 0;
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, probs, prior, frozen } = this;
    return { family, stateCount, size, probs: [...probs], prior, frozen: [...frozen] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): Bernoulli {
    return new Bernoulli(optionsOf<BernoulliOptions>(where, 'bernoulli', json));
  }
}

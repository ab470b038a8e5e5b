/** Durations whose excess over one step is Poisson, truncated at the maximum. */
import { knownOptions } from '@seqloom/core/options';
import { optionsOf, positive, table } from '../../emissions/parameters.js';
import type { Duration, DurationJSON } from './duration.js';

import { fitPowerSeries, logPowerSeries } from './power-series.js';
import { support } from './support.js';

export interface PoissonDurationOptions {
  /** K */
  stateCount: number;
  /** D */
  maximum: number;
  /** [K], or one for all: the mean of d − 1 before truncation; a quarter of D unless given. */
  rates?: ArrayLike<number> | number;
}

const where = 'PoissonDuration';
const logRateBounds = [-25, 25] as const;

/** p(d | state) ∝ λ^(d−1) / (d−1)! for d = 1 … D. */
export class PoissonDuration implements Duration {
  readonly family: string = 'poisson';
  readonly stateCount: number;
  readonly maximum: number;
  /** λ [K] */
  readonly rates: Float64Array;
  readonly #base: Float64Array;

  constructor(options: PoissonDurationOptions) {
    knownOptions(where, options, ['stateCount', 'maximum', 'rates']);
    const { stateCount, maximum } = support(where, options);
    this.stateCount = stateCount;
    this.maximum = maximum;
    this.rates = positive(where, 'rates', table(where, 'rates', options.rates ?? maximum / 4, [stateCount]));
    this.#base = new Float64Array(maximum);
    for (let n = 1; n < maximum; n++) this.#base[n] = this.#base[n - 1]! - Math.log(n);
  }

  /** An equal one from `toJSON`; throws an OptionError when `json` is something else. */
  static fromJSON(json: DurationJSON): PoissonDuration {
    return new PoissonDuration({ rates: [], ...optionsOf<PoissonDurationOptions>(where, 'poisson', json) });
  }

  get parameterCount(): number {
    return this.stateCount;
  }

  logProbability(out: Float64Array): void {
    for (let k = 0; k < this.stateCount; k++) {
      logPowerSeries(this.#base, Math.log(this.rates[k]!), out.subarray(k * this.maximum, (k + 1) * this.maximum));
    }
  }

  maximise(counts: Float64Array): void {
    for (let k = 0; k < this.stateCount; k++) {
      const row = counts.subarray(k * this.maximum, (k + 1) * this.maximum);
      if (row.some((c) => c > 0)) this.rates[k] = Math.exp(fitPowerSeries(this.#base, row, logRateBounds));
    }
  }

  toJSON(): DurationJSON {
    const { family, stateCount, maximum } = this;
    return { family, stateCount, maximum, rates: [...this.rates] };
  }
}

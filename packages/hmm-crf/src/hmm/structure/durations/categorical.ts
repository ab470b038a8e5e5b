/** Durations with a probability of their own each: no shape assumed. */
import { knownOptions } from '@seqloom/core/options';
import { distributions, type Matrix, maximiseDistribution } from '../../distributions.js';
import { optionsOf } from '../../emissions/parameters.js';
import type { Duration, DurationJSON } from './duration.js';
import { support } from './support.js';

export interface CategoricalDurationOptions {
  /** K */
  stateCount: number;
  /** D */
  maximum: number;
  /** [K,D], rows that sum to 1; uniform unless given. What is 0 stays 0. */
  probabilities?: Matrix;
}

const where = 'CategoricalDuration';

/** p(d | state) = probabilities[state, d − 1]. Throws an OptionError where a row is no distribution. */
export class CategoricalDuration implements Duration {
  readonly family: string = 'categorical';
  readonly stateCount: number;
  readonly maximum: number;
  /** [K,D] */
  readonly probabilities: Float64Array;

  constructor(options: CategoricalDurationOptions) {
    knownOptions(where, options, ['stateCount', 'maximum', 'probabilities']);
    const { stateCount, maximum } = support(where, options);
    this.stateCount = stateCount;
    this.maximum = maximum;
    const given = options.probabilities ?? new Float64Array(stateCount * maximum).fill(1 / maximum);
    this.probabilities = distributions(where, 'probabilities', given, [stateCount, maximum]);
  }

  /** An equal one from `toJSON`; throws an OptionError when `json` is something else. */
  static fromJSON(json: DurationJSON): CategoricalDuration {
    const options = optionsOf<CategoricalDurationOptions>(where, 'categorical', json);
    return new CategoricalDuration({ probabilities: [], ...options });
  }

  get parameterCount(): number {
    let free = -this.stateCount;
    for (const p of this.probabilities) if (p > 0) free++;
    return free;
  }

  logProbability(out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = Math.log(this.probabilities[i]!);
  }

  maximise(counts: Float64Array): void {
    const noPrior = new Float64Array(this.maximum).fill(1);
    for (let start = 0; start < counts.length; start += this.maximum) {
      const end = start + this.maximum;
      maximiseDistribution(this.probabilities.subarray(start, end), counts.subarray(start, end), noPrior);
    }
  }

  toJSON(): DurationJSON {
    const { family, stateCount, maximum } = this;
    return { family, stateCount, maximum, probabilities: [...this.probabilities] };
  }
}

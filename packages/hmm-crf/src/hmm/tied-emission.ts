/** Emissions that states share: what is learned for one is learned for all of its group. */
import { OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Emission, EmissionJSON } from './emissions/emission.js';
import type { Observations } from './observations.js';

export interface TiedOptions {
  /** One distribution for each group. */
  emission: Emission;
  /** [K]: the group of each state, 0 … G−1. */
  groups: readonly number[];
}

/** K states that emit from the G distributions of another emission. */
export class Tied implements Emission {
  readonly family = 'tied';
  readonly stateCount: number;
  readonly emission: Emission;
  readonly groups: readonly number[];

  constructor(options: TiedOptions) {
    knownOptions('Tied', options, ['emission', 'groups']);
    const { emission, groups } = options;
    const G = emission.stateCount;
    const bad = groups.findIndex((group) => !(Number.isInteger(group) && group >= 0 && group < G));
    if (bad >= 0 || groups.length === 0)
      throw new OptionError(
        'Tied',
        `\`groups\` must be numbers from 0 to ${G - 1}, got ${show(groups[bad] ?? groups)}`,
      );
    this.stateCount = groups.length;
    this.emission = emission;
    this.groups = [...groups];
  }

  get width(): number {
    return this.emission.width;
  }

  get parameterCount(): number {
    return this.emission.parameterCount;
  }

  get statisticsSize(): number {
    return this.emission.statisticsSize;
  }

  check(data: Observations): void {
    this.emission.check(data);
  }

  initialise(data: Observations, rng: Rng): void {
    this.emission.initialise(data, rng);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const [K, G] = [this.stateCount, this.emission.stateCount];
    const logs = new Float64Array((out.length / K) * G);
    this.emission.logProbability(values, logs);
    for (let at = 0; at < out.length; at++) out[at] = logs[Math.floor(at / K) * G + this.groups[at % K]!]!;
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const [K, G] = [this.stateCount, this.emission.stateCount];
    const sums = new Float64Array((posteriors.length / K) * G);
    for (let at = 0; at < posteriors.length; at++)
      sums[Math.floor(at / K) * G + this.groups[at % K]!]! += posteriors[at]!;
    this.emission.accumulate(statistics, values, sums);
  }

  maximise(statistics: Float64Array): void {
    this.emission.maximise(statistics);
  }

  traces(out: Float64Array): void {
    this.emission.traces?.(out);
  }

  logPrior(): number {
    return this.emission.logPrior();
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    this.emission.sample(this.groups[state]!, rng, out);
  }

  toJSON(): EmissionJSON {
    return { family: this.family, groups: [...this.groups], emission: this.emission.toJSON() };
  }

  /** Reads what `toJSON` wrote; `read` reads what is shared. */
  static fromJSON({ groups, emission }: EmissionJSON, read: (json: EmissionJSON) => Emission): Tied {
    if (!Array.isArray(groups)) throw new OptionError('Tied', `\`groups\` must be a list, got ${show(groups)}`);
    return new Tied({ groups, emission: read(emission as EmissionJSON) });
  }
}

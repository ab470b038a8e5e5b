/** Multinomial emissions: every state draws V counts, of trials that each fall into one of V categories. */
import { DataError, UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import {
  dirichletPrior,
  distributions,
  drawDistribution,
  drawIndex,
  logDirichlet,
  type Matrix,
  maximiseDistribution,
} from '../distributions.js';
import { type Observations, placeOf } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';
import { frozenNames, optionsOf } from './parameters.js';
import { checkValues } from './rows.js';
import { logFactorial } from './special/log-gamma.js';

export interface MultinomialOptions {
  /** K */
  stateCount: number;
  /** V */
  size: number;
  /** What every row sums to; needed to sample and where single counts are missing. Rows may have any sum unless given. */
  trials?: number;
  /** [K,V]: p(category | state); drawn when learning begins, unless given. Zeros stay zero. */
  emissionProb?: Matrix;
  /** Dirichlet α of the rows: one number or [K,V]; 1, no prior, unless given. */
  prior?: Matrix | number;
  frozen?: readonly 'emissionProb'[];
}

const where = 'Multinomial';

/** Rows of V whole numbers of at least 0; the sum of a row is given, not modelled. */
export class Multinomial implements Emission {
  readonly family = 'multinomial';
  readonly stateCount: number;
  readonly size: number;
  readonly trials: number | undefined;
  /** [K,V], row-major. */
  readonly emissionProb: Float64Array;
  /** [K,V]: Dirichlet α. */
  readonly prior: Float64Array;
  readonly frozen: ReadonlySet<'emissionProb'>;
  readonly #drawn: boolean;

  constructor(options: MultinomialOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'trials', 'emissionProb', 'prior', 'frozen']);
    const { trials, emissionProb, prior = 1, frozen } = options;
    const K = count(where, 'stateCount', options.stateCount);
    const V = count(where, 'size', options.size);
    this.stateCount = K;
    this.size = V;
    this.trials = trials === undefined ? undefined : count(where, 'trials', trials, 0);
    this.emissionProb = distributions(where, 'emissionProb', emissionProb ?? new Float64Array(K * V).fill(1 / V), [
      K,
      V,
    ]);
    this.prior = dirichletPrior(where, 'prior', prior, [K, V]);
    this.frozen = frozenNames(where, frozen, ['emissionProb']);
    this.#drawn = emissionProb === undefined;
  }

  get width(): number {
    return this.size;
  }

  get parameterCount(): number {
    if (this.frozen.has('emissionProb')) return 0;
    return this.emissionProb.reduce((sum, p) => sum + (p > 0 ? 1 : 0), -this.stateCount);
  }

  get statisticsSize(): number {
    return this.emissionProb.length;
  }

  check(data: Observations): void {
    checkValues(where, data, (x) => Number.isInteger(x) && x >= 0, 'a count');
    const { values } = data;
    for (let at = 0; at < values.length; at += this.size) {
      const { sum, missing } = total(values, at, this.size);
      if (missing === this.size || (missing === 0 && (this.trials ?? sum) === sum)) continue;
      const hint = 'a missing count is marginalised where `trials` says what rows sum to';
      if (this.trials === undefined)
        throw new DataError(where, `${placeOf(data, at)}: ${missing} of the counts are missing`, { hint });
      if (missing > 0 && sum <= this.trials) continue;
      throw new DataError(where, `${placeOf(data, at)}: the counts sum to ${sum}, not to ${this.trials}`);
    }
  }

  initialise(_data: Observations, rng: Rng): void {
    for (let k = 0; this.#drawn && k < this.stateCount; k++) drawDistribution(this.#row(this.emissionProb, k), rng);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, size: V } = this;
    const logs = this.emissionProb.map(Math.log);
    for (let row = 0, at = 0; at < values.length; row++, at += V) {
      const { sum, missing } = total(values, at, V);
      const rest = missing > 0 ? this.#trialsOf(missing, sum) - sum : 0;
      const base = this.#base(values, at, missing, sum + rest, rest);
      for (let k = 0; k < K; k++) {
        let score = base;
        for (let v = 0; v < V; v++) if (values[at + v]! > 0) score += values[at + v]! * logs[k * V + v]!;
        if (rest > 0 && missing < V) score += rest * Math.log(this.#missingProb(values, at, k));
        out[row * K + k] = score;
      }
    }
  }

  /** Statistics [K,V]: expected counts. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, size: V } = this;
    for (let row = 0, at = 0; at < values.length; row++, at += V) {
      const { sum, missing } = total(values, at, V);
      if (missing === V) continue;
      for (let k = 0; k < K; k++) {
        const weight = posteriors[row * K + k]!;
        if (weight === 0) continue;
        const left = missing > 0 ? this.#trialsOf(missing, sum) - sum : 0;
        const rest = left > 0 ? left / this.#missingProb(values, at, k) : 0;
        for (let v = 0; v < V; v++) {
          const x = values[at + v]!;
          statistics[k * V + v]! += weight * (Number.isNaN(x) ? rest * this.emissionProb[k * V + v]! : x);
        }
      }
    }
  }

  maximise(statistics: Float64Array): void {
    for (let k = 0; k < this.stateCount && !this.frozen.has('emissionProb'); k++) {
      const counts = this.#row(statistics, k);
      if (counts.some((n) => n > 0))
        maximiseDistribution(this.#row(this.emissionProb, k), counts, this.#row(this.prior, k));
    }
  }

  traces(out: Float64Array): void {
    for (const [at, p] of this.emissionProb.entries()) out[at] = p > 0 ? Math.max(p, 1e-3 / this.size) : 0;
  }

  logPrior(): number {
    return logDirichlet(this.emissionProb, this.prior);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    if (this.trials === undefined)
      throw new UsageError(where, 'drawing needs the number of trials', { hint: 'give `trials`' });
    out.fill(0);
    for (let trial = 0; trial < this.trials; trial++) out[drawIndex(this.#row(this.emissionProb, state), rng)]! += 1;
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, size, trials, emissionProb, prior, frozen } = this;
    return {
      family,
      stateCount,
      size,
      trials,
      emissionProb: [...emissionProb],
      prior: [...prior],
      frozen: [...frozen],
    };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): Multinomial {
    return new Multinomial(optionsOf<MultinomialOptions>(where, 'multinomial', json));
  }

  #row(table: Float64Array, k: number): Float64Array {
    return table.subarray(k * this.size, (k + 1) * this.size);
  }

  /** log of the number of ways to get the row: of `trials`, `rest` are in categories whose counts are missing. */
  #base(values: Float64Array, at: number, missing: number, trials: number, rest: number): number {
    if (missing === this.size) return 0;
    if (rest < 0 || trials !== (this.trials ?? trials)) return -Infinity;
    return logFactorial(trials) - logFactorial(rest) - sumOfLogFactorials(values, at, this.size);
  }

  /** What a row sums to in which counts are missing. */
  #trialsOf(missing: number, sum: number): number {
    return missing === this.size ? sum : (this.trials ?? Number.NaN);
  }

  /** p(one of the missing categories | state). */
  #missingProb(values: Float64Array, at: number, k: number): number {
    let sum = 0;
    for (let v = 0; v < this.size; v++) if (Number.isNaN(values[at + v]!)) sum += this.emissionProb[k * this.size + v]!;
    return sum;
  }
}

function total(values: Float64Array, at: number, V: number): { sum: number; missing: number } {
  let sum = 0;
  let missing = 0;
  for (let v = 0; v < V; v++) {
    const x = values[at + v]!;
    if (Number.isNaN(x)) missing++;
    else sum += x;
  }
  return { sum, missing };
}

function sumOfLogFactorials(values: Float64Array, at: number, V: number): number {
  let sum = 0;
  for (let v = 0; v < V; v++) if (values[at + v]! > 1) sum += logFactorial(values[at + v]!);
  return sum;
}

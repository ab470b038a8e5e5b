/** Durations whose excess over one step is negative binomial, truncated at the maximum: from geometric (size 1) to Poisson (size → ∞). */
import { knownOptions } from '@seqloom/core/options';
import { bounded, optionsOf, positive, table } from '../../emissions/parameters.js';
import type { Duration, DurationJSON } from './duration.js';

import { fitPowerSeries, logLikelihood, logPowerSeries } from './power-series.js';
import { support } from './support.js';

export interface NegativeBinomialDurationOptions {
  /** K */
  stateCount: number;
  /** D */
  maximum: number;
  /** r [K], or one for all; 1 unless given: geometric. */
  sizes?: ArrayLike<number> | number;
  /** p [K], or one for all: the probability to end at each trial, of which r must be; such that d − 1 has mean D/4 unless given. */
  probabilities?: ArrayLike<number> | number;
}

const where = 'NegativeBinomialDuration';
const logSizeBounds = [Math.log(0.01), Math.log(1e4)] as const;
const leastProbability = 1e-11;
const gridSize = 12;
const goldenSteps = 40;
const golden = (Math.sqrt(5) - 1) / 2;

/** p(d | state) ∝ Γ(n + r) / n! · (1 − p)^n with n = d − 1, for d = 1 … D. */
export class NegativeBinomialDuration implements Duration {
  readonly family: string = 'negative-binomial';
  readonly stateCount: number;
  readonly maximum: number;
  /** r [K] */
  readonly sizes: Float64Array;
  /** p [K] */
  readonly probabilities: Float64Array;

  constructor(options: NegativeBinomialDurationOptions) {
    knownOptions(where, options, ['stateCount', 'maximum', 'sizes', 'probabilities']);
    const { stateCount, maximum } = support(where, options);
    this.stateCount = stateCount;
    this.maximum = maximum;
    this.sizes = positive(where, 'sizes', table(where, 'sizes', options.sizes ?? 1, [stateCount]));
    const given = options.probabilities ?? this.sizes.map((r) => r / (r + maximum / 4));
    const probabilities = table(where, 'probabilities', given, [stateCount]);
    this.probabilities = bounded(where, 'probabilities', probabilities, leastProbability, 1 - leastProbability);
  }

  /** An equal one from `toJSON`; throws an OptionError when `json` is something else. */
  static fromJSON(json: DurationJSON): NegativeBinomialDuration {
    const options = optionsOf<NegativeBinomialDurationOptions>(where, 'negative-binomial', json);
    return new NegativeBinomialDuration({ sizes: [], probabilities: [], ...options });
  }

  get parameterCount(): number {
    return 2 * this.stateCount;
  }

  logProbability(out: Float64Array): void {
    for (let k = 0; k < this.stateCount; k++) {
      const row = out.subarray(k * this.maximum, (k + 1) * this.maximum);
      logPowerSeries(baseOf(this.sizes[k]!, this.maximum), Math.log1p(-this.probabilities[k]!), row);
    }
  }

  maximise(counts: Float64Array): void {
    for (let k = 0; k < this.stateCount; k++) {
      const row = counts.subarray(k * this.maximum, (k + 1) * this.maximum);
      if (row.some((c) => c > 0)) this.#maximiseState(k, row);
    }
  }

  toJSON(): DurationJSON {
    const { family, stateCount, maximum } = this;
    return { family, stateCount, maximum, sizes: [...this.sizes], probabilities: [...this.probabilities] };
  }

  /** Of the best size found and the size at hand, the better: so the likelihood never falls though it may have two peaks in r. */
  #maximiseState(k: number, counts: Float64Array): void {
    const now = profile(Math.log(this.sizes[k]!), counts);
    const found = bestSize(counts);
    const { logSize, theta } = found.value > now.value ? found : now;
    this.sizes[k] = Math.exp(logSize);
    this.probabilities[k] = -Math.expm1(theta);
  }
}

interface Profile {
  logSize: number;
  /** log(1 − p) */
  theta: number;
  value: number;
}

/** The likelihood of counts of one state, p at its best for the size. */
function profile(logSize: number, counts: Float64Array): Profile {
  const base = baseOf(Math.exp(logSize), counts.length);
  const logP = new Float64Array(counts.length);
  const theta = fitPowerSeries(base, counts, [-25, -1e-9]);
  logPowerSeries(base, theta, logP);
  return { logSize, theta, value: logLikelihood(counts, logP) };
}

/** A grid over log r, then golden sections around its best point. */
function bestSize(counts: Float64Array): Profile {
  const [low, high] = logSizeBounds;
  const width = (high - low) / (gridSize - 1);
  const grid = Array.from({ length: gridSize }, (_, i) => profile(low + i * width, counts));
  const best = grid.reduce((a, b) => (b.value > a.value ? b : a));
  let [left, right] = [Math.max(low, best.logSize - width), Math.min(high, best.logSize + width)];
  let a = profile(right - golden * (right - left), counts);
  let b = profile(left + golden * (right - left), counts);
  for (let i = 0; i < goldenSteps; i++) {
    if (a.value >= b.value) {
      [right, b] = [b.logSize, a];
      a = profile(right - golden * (right - left), counts);
    } else {
      [left, a] = [a.logSize, b];
      b = profile(left + golden * (right - left), counts);
    }
  }
  return [a, b, best].reduce((x, y) => (y.value > x.value ? y : x));
}

/** log Γ(n + r) / (Γ(r) n!) for n = 0 … D − 1. */
function baseOf(size: number, maximum: number): Float64Array {
  const base = new Float64Array(maximum);
  for (let n = 1; n < maximum; n++) base[n] = base[n - 1]! + Math.log(size + n - 1) - Math.log(n);
  return base;
}

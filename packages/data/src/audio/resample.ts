/** Sound at another sample rate: band-limited interpolation by a sinc under a Kaiser window (Smith and Gossett, ICASSP 1984). */
import { UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { checkSamples, type Samples } from './samples.js';

export interface ResampleOptions {
  /** Hz, of what comes in: a whole number. */
  from: number;
  /** Hz, of what goes out: a whole number. */
  to: number;
}

const zeroCrossings = 64; // of the sinc to each side, at the lower of the rates
const cutoff = 0.95; // of the lower Nyquist frequency: the middle of the slope
const beta = 0.1102 * (100 - 8.7); // Kaiser's, for 100 dB

/**
 * The samples at another rate, ⌈length · to/from⌉ of them, the first at the time of the first. Up to 0.9 of the lower Nyquist frequency the gain is 1 within
 * 0.001 dB, what lies above that frequency is at least 95 dB lower. Throws DataError on a sample that is not finite.
 */
export function resample(samples: Samples, options: ResampleOptions): Float32Array {
  const resampler = new Resampler(options, 'resample');
  const body = resampler.push(samples);
  const rest = resampler.end();
  const whole = new Float32Array(body.length + rest.length);
  whole.set(body);
  whole.set(rest, body.length);
  return whole;
}

/** `resample` of sound as it comes: in whatever blocks, the samples are the same; they lag 64 of the lower rate behind. Throws OptionError. */
export class Resampler {
  readonly #where: string;
  readonly #up: number;
  readonly #down: number;
  readonly #reach: number; // input samples under half of the filter
  readonly #weightsOf: (phase: number) => Float64Array;
  #held: Float64Array; // input from `#first` on
  #first: number;
  #taken = 0;
  #given = 0;
  #ended = false;

  constructor(options: ResampleOptions, where = 'Resampler') {
    knownOptions(where, options, ['from', 'to']);
    const [from, to] = [count(where, 'from', options.from), count(where, 'to', options.to)];
    const divisor = greatestDivisor(from, to);
    this.#where = where;
    this.#up = to / divisor;
    this.#down = from / divisor;
    this.#reach = Math.ceil(zeroCrossings * Math.max(1, from / to));
    this.#weightsOf = filterPhases(this.#up, this.#down, this.#reach);
    this.#held = new Float64Array(this.#reach);
    this.#first = -this.#reach;
  }

  /** What can be told with `samples`. Throws DataError on one that is not finite, UsageError after the end. */
  push(samples: Samples): Float32Array {
    if (this.#ended) throw new UsageError(this.#where, 'this sound has ended', { hint: 'make a new Resampler' });
    checkSamples(this.#where, samples, this.#taken);
    this.#taken += samples.length;
    if (this.#up === this.#down) return Float32Array.from(samples);
    return this.#extend(samples, Infinity);
  }

  /** The rest. */
  end(): Float32Array {
    this.push([]);
    this.#ended = true;
    if (this.#up === this.#down) return new Float32Array(0);
    return this.#extend(new Float64Array(this.#reach + 1), Math.ceil((this.#taken * this.#up) / this.#down));
  }

  /** As many output samples as the input reaches for, up to number `limit`. */
  #extend(samples: Samples, limit: number): Float32Array {
    const input = new Float64Array(this.#held.length + samples.length);
    input.set(this.#held);
    input.set(samples, this.#held.length);
    const last = this.#first + input.length - 1 - this.#reach; // the last input that an output may lie at or behind
    const end = Math.min(limit, Math.floor(((last + 1) * this.#up - 1) / this.#down) + 1);
    const out = new Float32Array(Math.max(0, end - this.#given));
    for (let i = 0; i < out.length; i++) out[i] = this.#at(this.#given + i, input);
    this.#given += out.length;
    const kept = Math.floor((this.#given * this.#down) / this.#up) - this.#reach + 1;
    this.#held = input.slice(Math.max(0, kept - this.#first));
    this.#first += input.length - this.#held.length;
    return out;
  }

  #at(n: number, input: Float64Array): number {
    const weights = this.#weightsOf((n * this.#down) % this.#up);
    const start = Math.floor((n * this.#down) / this.#up) - this.#reach + 1 - this.#first;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * input[start + i]!;
    return sum;
  }
}

/** The filter's values at the input samples around an output that lies phase/up behind one of them; computed where they are first needed. */
function filterPhases(up: number, down: number, reach: number): (phase: number) => Float64Array {
  const cut = cutoff * Math.min(1, up / down);
  const height = besselI0(beta);
  const phases = new Map<number, Float64Array>();
  const compute = (phase: number) => {
    const weights = Float64Array.from({ length: 2 * reach }, (_, i) => {
      const t = i - reach + 1 - phase / up;
      const x = Math.PI * cut * t;
      const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - (t / reach) ** 2))) / height;
      return (x === 0 ? 1 : Math.sin(x) / x) * window;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum); // a constant stays what it is
  };
  return (phase) => {
    const known = phases.get(phase);
    if (known) return known;
    const weights = compute(phase);
    phases.set(phase, weights);
    return weights;
  };
}

/** The modified Bessel function of the first kind, order 0, by its series. */
function besselI0(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Sums over durations of numbers that are given by their logarithms: as products and sums where that is exact enough, which is nearly always. */

/** How far a message may lie above the reference. */
const headroom = 60;
/** What underflows is below e^headroom times the smallest number, 1e-282: beside sums above this it is nothing. */
const faint = 1e-250;
/** What underflows is below this, too, when what is read is multiplied by no more. */
const large = 1e240;

/** Weights by duration: p [D] and log p [D]. */
export interface DurationWeights {
  readonly p: Float64Array;
  readonly logP: Float64Array;
}

/**
 * The messages of one state along a sequence, in logarithms, and, near where they are read, as exp(message − reference). The reference
 * moves with them, so that of any window the largest numbers are exact, and only what could not change a sum is lost.
 */
export class DurationSums {
  /** [T+1] */
  readonly logs: Float64Array;
  /** [T+1]: exp(logs − reference), where the last `put` or `logSum` looked. */
  readonly #scaled: Float64Array;
  readonly #maximum: number;
  /** 1: windows lie after the place that they are asked for; −1: before. */
  readonly #direction: 1 | -1;
  #reference = -Infinity;

  constructor(stepCount: number, maximum: number, direction: 1 | -1) {
    this.logs = new Float64Array(stepCount + 1).fill(-Infinity);
    this.#scaled = new Float64Array(stepCount + 1);
    this.#maximum = maximum;
    this.#direction = direction;
  }

  put(at: number, log: number): void {
    this.logs[at] = log;
    if (log > this.#reference + headroom || (this.#reference === -Infinity && log > -Infinity)) {
      this.#refer(log, at, this.#maximum - 1);
    } else this.#scaled[at] = log > -Infinity ? Math.exp(log - this.#reference) : 0;
  }

  /** log Σ_d exp(logs[at ± d])·p(d) over durations 1 … longest. */
  logSum(at: number, longest: number, weights: DurationWeights): number {
    let sum = this.#dot(at, longest, weights.p);
    if (sum < faint) {
      let top = -Infinity;
      for (let d = 1; d <= longest; d++) top = Math.max(top, this.logs[at + this.#direction * d]!);
      if (top === -Infinity) return top;
      this.#refer(top, at + this.#direction, longest - 1);
      sum = this.#dot(at, longest, weights.p);
      if (sum < faint) return this.#exactly(at, longest, weights.logP);
    }
    return Math.log(sum) + this.#reference;
  }

  /** counts[d − 1] += exp(logWeight + logs[at ± d])·p(d) over durations 1 … longest. */
  addTerms(at: number, longest: number, { p, logP }: DurationWeights, logWeight: number, counts: Float64Array): void {
    const { logs } = this;
    const [scaled, direction] = [this.#scaled, this.#direction];
    const factor = Math.exp(logWeight + this.#reference);
    if (factor < large) {
      for (let d = 1, place = at + direction; d <= longest; d++, place += direction) {
        counts[d - 1]! += scaled[place]! * p[d - 1]! * factor;
      }
    } else
      for (let d = 1; d <= longest; d++)
        counts[d - 1]! += Math.exp(logWeight + logs[at + direction * d]! + logP[d - 1]!);
  }

  #dot(at: number, longest: number, p: Float64Array): number {
    const scaled = this.#scaled;
    const direction = this.#direction;
    let sum = 0;
    for (let d = 1, place = at + direction; d <= longest; d++, place += direction) sum += scaled[place]! * p[d - 1]!;
    return sum;
  }

  #exactly(at: number, longest: number, logP: Float64Array): number {
    let top = -Infinity;
    for (let d = 1; d <= longest; d++) top = Math.max(top, this.logs[at + this.#direction * d]! + logP[d - 1]!);
    if (top === -Infinity) return top;
    let sum = 0;
    for (let d = 1; d <= longest; d++) sum += Math.exp(this.logs[at + this.#direction * d]! + logP[d - 1]! - top);
    return top + Math.log(sum);
  }

  /** Scales what windows can still see anew: from a place on, as many steps as told. */
  #refer(reference: number, from: number, steps: number): void {
    this.#reference = reference;
    for (let i = 0; i <= steps; i++) {
      const place = from + this.#direction * i;
      if (place < 0 || place >= this.logs.length) return;
      this.#scaled[place] = Math.exp(this.logs[place]! - reference);
    }
  }
}

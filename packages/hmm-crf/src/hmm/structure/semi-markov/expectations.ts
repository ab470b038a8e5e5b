/** Backward over segments, and what it makes of forward messages: expected states, transitions and durations. */
import type { ForwardMessages } from './forward.js';
import type { SegmentScores } from './segment-scores.js';
import type { SemiMarkovChain } from './semi-markov-chain.js';

/** Expected counts of everything that is learned, summed over sequences. */
export interface SemiMarkovCounts {
  /** [K] */
  readonly start: Float64Array;
  /** [K,K] */
  readonly transition: Float64Array;
  /** [K,D]: a last segment of which d steps are seen counts as every duration from d on, in proportion. */
  readonly duration: Float64Array;
}

/** Counts of nothing yet. */
export function emptyCounts({ stateCount: K, maximum }: SemiMarkovChain): SemiMarkovCounts {
  return {
    start: new Float64Array(K),
    transition: new Float64Array(K * K),
    duration: new Float64Array(K * maximum),
  };
}

/** Adds the expectations of one possible sequence to `counts` and writes p(state | all rows) into `posteriors` [T,K]. */
export function addExpectations(
  chain: SemiMarkovChain,
  scores: SegmentScores,
  messages: ForwardMessages,
  counts: SemiMarkovCounts,
  posteriors: Float64Array,
): void {
  const { stepCount: T, stateCount: K } = scores;
  if (T === 0) return;
  const pass = new BackwardPass(chain, scores, messages, counts);
  const begun = new Float64Array(K * (T + 1)); // p(a segment of k begins after step t)
  const ended = new Float64Array(K * (T + 1));
  for (let t = T - 1; t >= 0; t--) {
    if (t < T - 1) pass.leave(t + 1, ended);
    pass.beginAt(t, begun);
  }
  for (let k = 0; k < K; k++) counts.start[k]! += begun[k * (T + 1)]!;
  occupy(begun, ended, scores, posteriors);
}

/** One walk from the end: `beginAt(T − 1)`, then `leave(t + 1)` and `beginAt(t)` in turn. */
class BackwardPass {
  readonly #chain: SemiMarkovChain;
  readonly #scores: SegmentScores;
  readonly #messages: ForwardMessages;
  readonly #counts: SemiMarkovCounts;
  /** [K]: log p(rows after t | a segment of k begins after step t), for the t of the last `beginAt`. */
  readonly #begin: Float64Array;
  /** [K,T+1]: log p(rows after t | a segment of k ended with step t), plus the sum of scores up to there. */
  readonly #end: Float64Array;
  /** [K]: no segment that begins here may go beyond this step. */
  readonly #latest: Int32Array;
  readonly #terms: Float64Array;

  constructor(chain: SemiMarkovChain, scores: SegmentScores, messages: ForwardMessages, counts: SemiMarkovCounts) {
    this.#chain = chain;
    this.#scores = scores;
    this.#messages = messages;
    this.#counts = counts;
    this.#begin = new Float64Array(scores.stateCount);
    this.#end = new Float64Array(scores.total.length);
    this.#latest = new Int32Array(scores.stateCount).fill(scores.stepCount);
    this.#terms = new Float64Array(chain.maximum + 1);
  }

  /** Segments that end with step t: into `end`, expected transitions, and `ended`. */
  leave(t: number, ended: Float64Array): void {
    const { stepCount: T, stateCount: K, total } = this.#scores;
    const { end, logLikelihood } = this.#messages;
    for (let i = 0; i < K; i++) {
      const place = i * (T + 1) + t;
      let top = -Infinity;
      for (let j = 0; j < K; j++) top = Math.max(top, this.#chain.logTransition[i * K + j]! + this.#begin[j]!);
      this.#end[place] = -Infinity;
      if (top === -Infinity) continue;
      const weight = Math.exp(end[place]! + top - logLikelihood);
      let sum = 0;
      for (let j = 0; j < K; j++) {
        const term = Math.exp(this.#chain.logTransition[i * K + j]! + this.#begin[j]! - top);
        this.#counts.transition[i * K + j]! += term * weight;
        sum += term;
      }
      ended[place] = sum * weight;
      this.#end[place] = top + Math.log(sum) + total[place]!;
    }
  }

  /** Segments that begin after step t: into `begin`, expected durations, and `begun`. */
  beginAt(t: number, begun: Float64Array): void {
    const { stepCount: T, stateCount: K, total, earliest } = this.#scores;
    for (let k = 0; k < K; k++) {
      const place = k * (T + 1) + t;
      if (earliest[place + 1] === t + 1) this.#latest[k] = t;
      const longest = Math.min(this.#chain.maximum, this.#latest[k]! - t);
      const top = this.#weigh(k, t, longest);
      this.#begin[k] = -Infinity;
      if (top === -Infinity) continue;
      let sum = 0;
      for (let d = 1; d <= longest; d++) sum += this.#terms[d] = Math.exp(this.#terms[d]! - top);
      const weight = Math.exp(this.#messages.begin[place]! + top - this.#messages.logLikelihood);
      if (weight > 0) this.#countDurations(k, t, longest, weight);
      begun[place] = sum * weight;
      this.#begin[k] = top + Math.log(sum) - total[place]!;
    }
  }

  /** log p(d)·p(rows from here to the end) per duration, into the terms; the greatest. */
  #weigh(k: number, t: number, longest: number): number {
    const T = this.#scores.stepCount;
    const { logDuration, logSurvival, maximum } = this.#chain;
    const [place, durations] = [k * (T + 1) + t, k * maximum - 1];
    let top = -Infinity;
    for (let d = 1; d <= longest; d++) {
      const censored = t + d === T;
      const term = censored
        ? logSurvival[durations + d]! + this.#scores.total[place + d]!
        : logDuration[durations + d]! + this.#end[place + d]!;
      this.#terms[d] = term;
      if (term > top) top = term;
    }
    return top;
  }

  #countDurations(k: number, t: number, longest: number, weight: number): void {
    const { logDuration, logSurvival, maximum } = this.#chain;
    const counts = this.#counts.duration;
    const durations = k * maximum - 1;
    const remaining = this.#scores.stepCount - t;
    for (let d = 1; d <= longest && d < remaining; d++) counts[durations + d]! += this.#terms[d]! * weight;
    if (longest < remaining) return;
    const censored = this.#terms[remaining]! * weight;
    if (!(censored > 0)) return;
    for (let d = remaining; d <= maximum; d++) {
      counts[durations + d]! += censored * Math.exp(logDuration[durations + d]! - logSurvival[durations + remaining]!);
    }
  }
}

/** p(state at t) = p(state at t − 1) + p(begins after t) − p(ended with t): rounding may leave less than 0, or sums that miss 1. */
function occupy(
  begun: Float64Array,
  ended: Float64Array,
  { stepCount: T, stateCount: K }: SegmentScores,
  posteriors: Float64Array,
): void {
  const inside = new Float64Array(K);
  for (let t = 0; t < T; t++) {
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const place = k * (T + 1) + t;
      inside[k] = Math.max(0, inside[k]! + begun[place]! - ended[place]!);
      sum += inside[k]!;
    }
    for (let k = 0; k < K; k++) posteriors[t * K + k] = inside[k]! / sum;
  }
}

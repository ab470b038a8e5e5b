/** Backward over segments, and what it makes of forward messages: expected states, transitions and durations. */
import { logSumExp } from '../../log-domain.js';
import { DurationSums } from './duration-sums.js';
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
  /** [K]: log p(rows after t | a segment of k ended with step t), plus the sum of scores up to there. */
  readonly #ends: readonly DurationSums[];
  /** [K]: no segment that begins here may go beyond this step. */
  readonly #latest: Int32Array;

  constructor(chain: SemiMarkovChain, scores: SegmentScores, messages: ForwardMessages, counts: SemiMarkovCounts) {
    this.#chain = chain;
    this.#scores = scores;
    this.#messages = messages;
    this.#counts = counts;
    this.#begin = new Float64Array(scores.stateCount);
    this.#ends = chain.lasting.map(() => new DurationSums(scores.stepCount, chain.maximum, 1));
    this.#latest = new Int32Array(scores.stateCount).fill(scores.stepCount);
  }

  /** Segments that end with step t: their messages, expected transitions, and `ended`. */
  leave(t: number, ended: Float64Array): void {
    const { stepCount: T, stateCount: K, total } = this.#scores;
    const { end, logLikelihood } = this.#messages;
    for (let i = 0; i < K; i++) {
      const place = i * (T + 1) + t;
      let top = -Infinity;
      for (let j = 0; j < K; j++) top = Math.max(top, this.#chain.logTransition[i * K + j]! + this.#begin[j]!);
      if (top === -Infinity) {
        this.#ends[i]!.put(t, top);
        continue;
      }
      const weight = Math.exp(end[i]![t]! + top - logLikelihood);
      let sum = 0;
      for (let j = 0; j < K; j++) {
        const term = Math.exp(this.#chain.logTransition[i * K + j]! + this.#begin[j]! - top);
        this.#counts.transition[i * K + j]! += term * weight;
        sum += term;
      }
      ended[place] = sum * weight;
      this.#ends[i]!.put(t, top + Math.log(sum) + total[place]!);
    }
  }

  /** Segments that begin after step t: their messages, expected durations, and `begun`. */
  beginAt(t: number, begun: Float64Array): void {
    const { stepCount: T, stateCount: K, total, earliest } = this.#scores;
    const { lasting, maximum } = this.#chain;
    for (let k = 0; k < K; k++) {
      const place = k * (T + 1) + t;
      if (earliest[place + 1] === t + 1) this.#latest[k] = t;
      const longest = Math.min(maximum, this.#latest[k]! - t);
      const open = this.#open(k, t, longest);
      const closed = this.#ends[k]!.logSum(t, Math.min(longest, T - t - 1), lasting[k]!);
      const message = open === -Infinity ? closed : logSumExp(Float64Array.of(open, closed));
      const logWeight = this.#messages.begin[k]![t]! - this.#messages.logLikelihood;
      begun[place] = Math.exp(logWeight + message);
      if (begun[place]! > 0) this.#countDurations(k, t, longest, logWeight, Math.exp(logWeight + open));
      this.#begin[k] = message - total[place]!;
    }
  }

  /** log p(it lasts beyond the end, rows to the end), plus the sum of scores up to here, of a segment that begins after step t. */
  #open(k: number, t: number, longest: number): number {
    const T = this.#scores.stepCount;
    if (longest < T - t) return -Infinity;
    return this.#chain.surviving[k]!.logP[T - t - 1]! + this.#scores.total[k * (T + 1) + T]!;
  }

  #countDurations(k: number, t: number, longest: number, logWeight: number, open: number): void {
    const { lasting, surviving, maximum } = this.#chain;
    const counts = this.#counts.duration.subarray(k * maximum, (k + 1) * maximum);
    const remaining = this.#scores.stepCount - t;
    this.#ends[k]!.addTerms(t, Math.min(longest, remaining - 1), lasting[k]!, logWeight, counts);
    if (!(open > 0)) return;
    const { logP } = lasting[k]!;
    const survival = surviving[k]!.logP[remaining - 1]!;
    for (let d = remaining - 1; d < maximum; d++) counts[d]! += open * Math.exp(logP[d]! - survival);
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

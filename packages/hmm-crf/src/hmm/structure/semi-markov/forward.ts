/** Forward messages over segments: O(T·K·D + T·K²). */
import { logSumExp } from '../../log-domain.js';
import { DurationSums } from './duration-sums.js';
import type { SegmentScores } from './segment-scores.js';
import type { SemiMarkovChain } from './semi-markov-chain.js';

/** For one sequence, log domain; arrays [T+1] of each state, so that the sums over durations run along memory. */
export interface ForwardMessages {
  /** log p(first t rows, a segment of k ends with them) */
  readonly end: readonly Float64Array[];
  /** log p(first t rows, a segment of k begins after them), less the sum of scores up to there. */
  readonly begin: readonly Float64Array[];
  /** log p(all rows): 0 for a sequence of no rows, −∞ where no segmentation is possible. */
  readonly logLikelihood: number;
}

/** The messages of one sequence. The first segment begins with the sequence; the last may go on after it. */
export function forward(chain: SemiMarkovChain, scores: SegmentScores): ForwardMessages {
  const { maximum, lasting, surviving } = chain;
  const { stepCount: T, stateCount: K, total, earliest } = scores;
  const end = chain.lasting.map(() => new Float64Array(T + 1).fill(-Infinity));
  const sums = chain.lasting.map(() => new DurationSums(T, maximum, -1));
  for (let k = 0; k < K; k++) sums[k]!.put(0, chain.logStart[k]!);
  const [arriving, leaving] = [new Float64Array(K), new Float64Array(K)];
  for (let t = 1; t <= T; t++) {
    for (let k = 0; k < K; k++) {
      const place = k * (T + 1) + t;
      const longest = Math.min(maximum, t - earliest[place]!);
      leaving[k] = sums[k]!.logSum(t, longest, (t < T ? lasting : surviving)[k]!) + total[place]!;
      if (t < T) end[k]![t] = leaving[k]!;
    }
    if (t === T) break;
    transit(leaving, chain.logTransition, arriving);
    for (let k = 0; k < K; k++) sums[k]!.put(t, arriving[k]! - total[k * (T + 1) + t]!);
  }
  return { end, begin: sums.map(({ logs }) => logs), logLikelihood: T === 0 ? 0 : logSumExp(leaving) };
}

/** to[j] = log Σ_i exp(from[i] + logTransition[i,j]) */
function transit(from: Float64Array, logTransition: Float64Array, to: Float64Array): void {
  const K = from.length;
  for (let j = 0; j < K; j++) {
    let top = -Infinity;
    for (let i = 0; i < K; i++) top = Math.max(top, from[i]! + logTransition[i * K + j]!);
    let sum = 0;
    if (top > -Infinity) for (let i = 0; i < K; i++) sum += Math.exp(from[i]! + logTransition[i * K + j]! - top);
    to[j] = top + Math.log(sum);
  }
}

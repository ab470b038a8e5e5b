/** Forward messages over segments: O(T·K·D + T·K²). */
import { logSumExp } from '../../log-domain.js';
import type { SegmentScores } from './segment-scores.js';
import type { SemiMarkovChain } from './semi-markov-chain.js';

/** For one sequence; [K,T+1], log domain, state-major so that the sums over durations run along memory. */
export interface ForwardMessages {
  /** log p(first t rows, a segment of k ends with them) */
  readonly end: Float64Array;
  /** log p(first t rows, a segment of k begins after them), less the sum of scores up to there. */
  readonly begin: Float64Array;
  /** log p(all rows): 0 for a sequence of no rows, −∞ where no segmentation is possible. */
  readonly logLikelihood: number;
}

/** The messages of one sequence. The first segment begins with the sequence; the last may go on after it. */
export function forward(chain: SemiMarkovChain, scores: SegmentScores): ForwardMessages {
  const { stepCount: T, stateCount: K, total } = scores;
  const [end, begin] = [new Float64Array(K * (T + 1)), new Float64Array(K * (T + 1))];
  end.fill(-Infinity);
  for (let k = 0; k < K; k++) begin[k * (T + 1)] = chain.logStart[k]!;
  const arriving = new Float64Array(K);
  const leaving = new Float64Array(K);
  for (let t = 1; t < T; t++) {
    for (let k = 0; k < K; k++) {
      const at = k * (T + 1) + t;
      leaving[k] = end[at] = endingAt(chain.logDuration, chain.maximum, scores, begin, k, t);
    }
    transit(leaving, chain.logTransition, arriving);
    for (let k = 0; k < K; k++) begin[k * (T + 1) + t] = arriving[k]! - total[k * (T + 1) + t]!;
  }
  for (let k = 0; k < K; k++) leaving[k] = endingAt(chain.logSurvival, chain.maximum, scores, begin, k, T);
  return { end, begin, logLikelihood: T === 0 ? 0 : logSumExp(leaving) };
}

/** log Σ_d begin[t − d]·p(d)·p(rows of the segment), for durations by `logDuration`. */
function endingAt(
  logDuration: Float64Array,
  maximum: number,
  { stepCount, total, earliest }: SegmentScores,
  begin: Float64Array,
  k: number,
  t: number,
): number {
  const row = k * (stepCount + 1);
  const longest = Math.min(maximum, t - earliest[row + t]!);
  const places = row + t;
  const durations = k * maximum - 1;
  let top = -Infinity;
  for (let d = 1; d <= longest; d++) top = Math.max(top, begin[places - d]! + logDuration[durations + d]!);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let d = 1; d <= longest; d++) sum += Math.exp(begin[places - d]! + logDuration[durations + d]! - top);
  return top + Math.log(sum) + total[row + t]!;
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

/** Viterbi over segments. */
import type { SegmentScores } from './segment-scores.js';
import type { SemiMarkovChain } from './semi-markov-chain.js';

/** A run of one state: rows start … start + length − 1 of a sequence. */
export interface Segment {
  readonly state: number;
  readonly start: number;
  readonly length: number;
}

/** The most probable segmentation of one sequence, and log p(it, all rows): −∞ and no segments where none is possible. */
export interface BestSegments {
  readonly segments: Segment[];
  readonly logProbability: number;
}

/** Of equally probable ones, shorter last segments and lower states win. The last segment may go on after the sequence. */
export function bestSegments(chain: SemiMarkovChain, scores: SegmentScores): BestSegments {
  const { stepCount: T, stateCount: K, total } = scores;
  const begin = new Float64Array(K * (T + 1));
  const length = new Int32Array(K * (T + 1)); // of the best segment of k that ends with step t
  const previous = new Int32Array(K * (T + 1)); // the state before a segment of k that begins after step t
  const ending = new Float64Array(K);
  for (let k = 0; k < K; k++) begin[k * (T + 1)] = chain.logStart[k]!;
  for (let t = 1; t <= T; t++) {
    const durations = t < T ? chain.lasting : chain.surviving;
    for (let k = 0; k < K; k++) ending[k] = bestEnding(durations[k]!.logP, scores, begin, length, k, t);
    if (t === T) break;
    for (let j = 0; j < K; j++) {
      const place = j * (T + 1) + t;
      const best = bestPrevious(ending, chain.logTransition, j);
      previous[place] = best;
      begin[place] = ending[best]! + chain.logTransition[best * K + j]! - total[place]!;
    }
  }
  return trace(T, ending, length, previous);
}

function bestEnding(
  logDuration: Float64Array,
  { stepCount, total, earliest }: SegmentScores,
  begin: Float64Array,
  length: Int32Array,
  k: number,
  t: number,
): number {
  const place = k * (stepCount + 1) + t;
  const longest = Math.min(logDuration.length, t - earliest[place]!);
  let top = -Infinity;
  for (let d = 1; d <= longest; d++) {
    const score = begin[place - d]! + logDuration[d - 1]!;
    if (score > top) {
      top = score;
      length[place] = d;
    }
  }
  return top + total[place]!;
}

function bestPrevious(ending: Float64Array, logTransition: Float64Array, j: number): number {
  const K = ending.length;
  let best = 0;
  for (let i = 1; i < K; i++) {
    if (ending[i]! + logTransition[i * K + j]! > ending[best]! + logTransition[best * K + j]!) best = i;
  }
  return best;
}

function trace(T: number, ending: Float64Array, length: Int32Array, previous: Int32Array): BestSegments {
  if (T === 0) return { segments: [], logProbability: 0 };
  let state = ending.reduce((best, value, k) => (value > ending[best]! ? k : best), 0);
  const logProbability = ending[state]!;
  const segments: Segment[] = [];
  if (logProbability === -Infinity) return { segments, logProbability };
  for (let t = T; t > 0; ) {
    const place = state * (T + 1);
    const start = t - length[place + t]!;
    segments.push({ state, start, length: t - start });
    state = previous[place + start]!;
    t = start;
  }
  return { segments: segments.reverse(), logProbability };
}

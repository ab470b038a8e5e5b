/** The states that observations came from: the best path (Viterbi 1967), and the best state at each step (max-marginal). */
import { type Batch, forwardBackward, logLikelihoods } from './expectations.js';
import type { ChainProbabilities } from './forward-backward.js';
import type { HMM } from './hmm.js';

/** States [N], −1 throughout an impossible sequence, and a score for each sequence [B]. */
export interface Decoding {
  readonly path: Int32Array;
  readonly scores: Float64Array;
}

/** The most probable path of each sequence, and log p(path, observations); of equals the lowest states win, from the end on. */
export function viterbi(hmm: HMM, { values, lengths, row }: Batch, allowed?: Uint8Array): Decoding {
  const K = hmm.stateCount;
  const logs = logLikelihoods(hmm, values, allowed?.subarray(row * K));
  const [path, scores] = [new Int32Array(logs.length / K), new Float64Array(lengths.length)];
  let at = 0;
  for (const [b, length] of lengths.entries()) {
    scores[b] = bestPath(hmm, logs.subarray(at * K, (at + length) * K), path.subarray(at, at + length));
    at += length;
  }
  return { path, scores };
}

/** The most probable state at each step given all observations, and how many of them are expected to be right. */
export function maxMarginal(hmm: HMM, batch: Batch, allowed?: Uint8Array): Decoding {
  const K = hmm.stateCount;
  const path = new Int32Array(batch.values.length / hmm.emission.width);
  const posteriors = new Float64Array(path.length * K);
  const logLikelihood = forwardBackward(hmm, batch, allowed, posteriors);
  const scores = new Float64Array(batch.lengths.length);
  let at = 0;
  for (const [b, length] of batch.lengths.entries()) {
    for (let end = at + length; at < end; at++) {
      let best = 0;
      for (let k = 1; k < K; k++) if (posteriors[at * K + k]! > posteriors[at * K + best]!) best = k;
      path[at] = logLikelihood[b] === -Infinity ? -1 : best;
      scores[b]! += posteriors[at * K + best]!;
    }
  }
  return { path, scores };
}

function bestPath({ startProb, transMat }: ChainProbabilities, logs: Float64Array, path: Int32Array): number {
  const K = startProb.length;
  const T = path.length;
  if (T === 0) return 0;
  const logTrans = transMat.map(Math.log);
  const from = new Int32Array(T * K);
  let best = startProb.map((p, k) => Math.log(p) + logs[k]!);
  for (let t = 1; t < T; t++) {
    best = best.map((_, j) => {
      let top = -Infinity;
      for (let i = 0; i < K; i++) {
        const score = best[i]! + logTrans[i * K + j]!;
        if (score <= top) continue;
        top = score;
        from[t * K + j] = i;
      }
      return top + logs[t * K + j]!;
    });
  }
  const score = Math.max(...best);
  if (score === -Infinity) path.fill(-1);
  else path[T - 1] = best.indexOf(score);
  for (let t = T - 1; t > 0 && score > -Infinity; t--) path[t - 1] = from[t * K + path[t]!]!;
  return score;
}

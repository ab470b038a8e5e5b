/** The states that observations came from: the best path (Viterbi 1967), and the best state at each step (max-marginal). */
import { type Batch, bestPaths, forwardBackward, type HMMLike } from './forward-backward.js';

/** States [N], −1 throughout an impossible sequence, and a score for each sequence [B]. */
export interface Decoding {
  readonly path: Int32Array;
  readonly scores: Float64Array;
}

export type Decoder = (hmm: HMMLike, batch: Batch) => Decoding;

/** The most probable path of each sequence, and log p(path, observations); of equals the lowest states win, from the end on. */
export const viterbi: Decoder = bestPaths;

/** The most probable state at each step given all observations, and how many of them are expected to be right. */
export const maxMarginal: Decoder = (hmm, batch) => {
  const K = hmm.startProb.length;
  return forwardBackward(hmm, batch, undefined, (logLikelihoods, posteriors) => {
    const path = new Int32Array(posteriors.length / K);
    const scores = new Float64Array(logLikelihoods.length);
    let at = 0;
    for (const [b, length] of batch.lengths.entries()) {
      for (let end = at + length; at < end; at++) {
        let best = 0;
        for (let k = 1; k < K; k++) if (posteriors[at * K + k]! > posteriors[at * K + best]!) best = k;
        path[at] = logLikelihoods[b] === -Infinity ? -1 : best;
        scores[b]! += posteriors[at * K + best]!;
      }
    }
    return { path, scores };
  });
};

/** Draws: observations with their states from the model, and states given observations. */
import type { Rng } from '@seqloom/core/rng';
import { drawIndex } from './distributions.js';
import type { HMMLike } from './forward-backward.js';
import { logSumExp } from './log-domain.js';
import type { Observations } from './observations.js';

/** One sequence: its states [T] and its observations. */
export interface Drawn {
  readonly states: Int32Array;
  readonly observations: Observations;
}

export function sampleSequence(hmm: HMMLike, length: number, rng: Rng): Drawn {
  const { emission } = hmm;
  const K = hmm.startProb.length;
  const D = emission.width;
  const states = new Int32Array(length);
  const values = new Float64Array(length * D);
  for (let t = 0; t < length; t++) {
    const before = states[t - 1]! * K;
    states[t] = drawIndex(t === 0 ? hmm.startProb : hmm.transMat.subarray(before, before + K), rng);
    emission.sample(states[t]!, rng, values.subarray(t * D, (t + 1) * D));
  }
  return { states, observations: { values, width: D, lengths: [length] } };
}

/** Paths [T] drawn from p(path | observations), for log-likelihoods [T,K]; −1 throughout where none is possible. */
export function samplePaths(chain: HMMLike, logs: Float64Array, count: number, rng: Rng): Int32Array[] {
  const K = chain.startProb.length;
  const T = logs.length / K;
  const logTrans = chain.transMat.map(Math.log);
  const alphas = logForward(chain, logTrans, logs);
  return Array.from({ length: count }, () => {
    const path = new Int32Array(T).fill(-1);
    for (let t = T - 1; t >= 0; t--) {
      const terms = alphas.slice(t * K, (t + 1) * K);
      for (let i = 0; i < K && t < T - 1; i++) terms[i]! += logTrans[i * K + path[t + 1]!]!;
      const top = Math.max(...terms);
      if (top === -Infinity) return path;
      const weights = terms.map((term) => Math.exp(term - top));
      path[t] = drawIndex(weights, rng);
    }
    return path;
  });
}

/** log p(observations up to t, state at t): [T,K]. */
function logForward({ startProb }: HMMLike, logTrans: Float64Array, logs: Float64Array): Float64Array {
  const K = startProb.length;
  const alphas = new Float64Array(logs.length);
  const terms = new Float64Array(K);
  for (let at = 0; at < logs.length; at++) {
    const j = at % K;
    const before = at - j - K;
    for (let i = 0; i < K && before >= 0; i++) terms[i] = alphas[before + i]! + logTrans[i * K + j]!;
    alphas[at] = (before < 0 ? Math.log(startProb[j]!) : logSumExp(terms)) + logs[at]!;
  }
  return alphas;
}

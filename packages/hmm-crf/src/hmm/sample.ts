/** Draws of observations with their states. */
import type { Rng } from '@seqloom/core/rng';
import { drawIndex } from './distributions.js';
import type { HMMLike } from './forward-backward.js';
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

/** Observations scored against one learned vector per state, by any attention scorer. */
import { count, dims, knownOptions, logSumExp, Module, normal, parameter, type Rng, type Scorer } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Emission } from './emission.js';

export interface ScorerEmissionOptions<Keys> {
  scorer: Scorer<Keys>;
  stateCount: number;
  /** The size of the states' vectors, as the scorer's keys want it. */
  size: number;
  rng?: Rng;
}

/**
 * log p(state | x), the softmax over states of the scorer's energies, in place of log p(x | state): equal to it up to a factor of x when
 * all states are equally likely beforehand (the hybrid of Bourlard & Morgan 1994). A CRF can take it as emissions as it is.
 */
export class ScorerEmission<Keys = tf.Tensor3D> extends Module implements Emission<tf.Tensor3D> {
  readonly stateCount: number;
  readonly scorer: Scorer<Keys>;
  readonly states: tf.Variable<tf.Rank.R2>; // [K,U]

  constructor(options: ScorerEmissionOptions<Keys>) {
    super();
    knownOptions('ScorerEmission', options, ['scorer', 'stateCount', 'size', 'rng']);
    this.stateCount = count('ScorerEmission', 'stateCount', options.stateCount);
    const size = count('ScorerEmission', 'size', options.size);
    this.scorer = options.scorer;
    this.states = parameter([this.stateCount, size], normal(1 / Math.sqrt(size)), options.rng);
  }

  /** x [B,T,D] → [B,T,K]. */
  logProbability(x: tf.Tensor3D): tf.Tensor3D {
    const { B, T, D } = dims('ScorerEmission.logProbability', { x: [x, 'B T D'] });
    return tf.tidy(() => {
      // All steps of all sequences are queries to one memory: the states' vectors are prepared once.
      const keys = this.scorer.prepare(tf.expandDims(this.states as tf.Tensor2D, 0));
      const energies = this.scorer.score(tf.reshape(x, [1, B * T, D]), keys); // [1,B·T,K]
      const normalized = tf.sub(energies, logSumExp(energies, -1, true));
      return tf.reshape(normalized, [B, T, this.stateCount]);
    });
  }
}

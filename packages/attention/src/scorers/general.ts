/** A bilinear form of query and key. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, dims, glorotUniform, knownOptions, Module, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';

export interface GeneralScoreOptions {
  querySize: number;
  keySize: number;
  rng?: Rng;
}

/** General (Luong) score: energy = query·W·key. query [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws ShapeError. arXiv:1508.04025 */
export class GeneralScore extends Module implements Scorer {
  readonly weight: tf.Variable<tf.Rank.R2>; // W [D,E]

  constructor(options: GeneralScoreOptions) {
    super();
    knownOptions('GeneralScore', options, ['querySize', 'keySize', 'rng']);
    const querySize = count('GeneralScore', 'querySize', options.querySize);
    const keySize = count('GeneralScore', 'keySize', options.keySize);
    this.weight = parameter([querySize, keySize], glorotUniform, options.rng);
  }

  /** keys [B,K,E] → W·key [B,K,D], so that a step is left with a dot product. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    dims('GeneralScore.prepare', { keys: [keys, `B K ${this.weight.shape[1]}`] });
    return project(keys, tf.transpose(this.weight as tf.Tensor2D));
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const size = this.weight.shape[0];
    dims('GeneralScore.score', { query: [query, `B Q ${size}`], keys: [keys, `B K ${size}`] });
    return tf.matMul(query, keys, false, true);
  }
}

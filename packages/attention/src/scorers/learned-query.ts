/** What keys are worth by themselves. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, dims, glorotUniform, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';

export interface LearnedQueryScoreOptions {
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  rng?: Rng;
}

/**
 * Self-attentive pooling: energy = v·tanh(W·key + b), the same for every query, which is not read (its shape says how many rows to make). query [B,Q,·],
 * keys [B,K,E] → [B,Q,K]. Throws ShapeError. arXiv:1703.03130
 */
export class LearnedQueryScore extends Module implements Scorer {
  readonly key: tf.Variable<tf.Rank.R2>; // W [E,U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly energy: tf.Variable<tf.Rank.R2>; // v [U,1]

  constructor(options: LearnedQueryScoreOptions) {
    super();
    knownOptions('LearnedQueryScore', options, ['keySize', 'size', 'rng']);
    const { keySize, size, rng } = options;
    for (const [name, value] of Object.entries({ keySize, size })) count('LearnedQueryScore', name, value);
    this.key = parameter([keySize, size], glorotUniform, rng);
    this.bias = parameter([size], zeros, rng);
    this.energy = parameter([size, 1], glorotUniform, rng);
  }

  /** keys [B,K,E] → their energies [B,1,K]. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    const { B, K } = dims('LearnedQueryScore.prepare', { keys: [keys, `B K ${this.key.shape[0]}`] });
    const hidden = tf.tanh(project(keys, this.key as tf.Tensor2D, this.bias as tf.Tensor1D));
    return tf.reshape(project(hidden, this.energy as tf.Tensor2D), [B, 1, K]);
  }

  score(query: tf.Tensor3D, energies: tf.Tensor3D): tf.Tensor3D {
    const { B, Q, K } = dims('LearnedQueryScore.score', { query: [query, 'B Q D'], keys: [energies, 'B 1 K'] });
    return tf.broadcastTo(energies, [B, Q, K]);
  }
}

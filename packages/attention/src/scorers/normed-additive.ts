/** The additive score with an energy vector of learned length. */
import type { Rng, Scorer } from '@seqloom/core';
import { constant, count, glorotUniform, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { prepareAdditive, scoreAdditive } from './additive.js';

export interface NormedAdditiveScoreOptions {
  querySize: number;
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  rng?: Rng;
}

/**
 * Normed additive score: energy = g·v/|v| · tanh(W·query + U·key + b), weight normalisation (arXiv:1602.07868) of the additive score, as in
 * TensorFlow's seq2seq library; g begins at √(1/U). query [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws ShapeError.
 */
export class NormedAdditiveScore extends Module implements Scorer {
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly key: tf.Variable<tf.Rank.R2>; // U [E,U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly energy: tf.Variable<tf.Rank.R1>; // v [U]
  readonly gain: tf.Variable<tf.Rank.R0>; // g

  constructor(options: NormedAdditiveScoreOptions) {
    super();
    knownOptions('NormedAdditiveScore', options, ['querySize', 'keySize', 'size', 'rng']);
    const { querySize, keySize, size, rng } = options;
    for (const [name, value] of Object.entries({ querySize, keySize, size })) count('NormedAdditiveScore', name, value);
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.key = parameter([keySize, size], glorotUniform, rng);
    this.bias = parameter([size], zeros, rng);
    this.energy = parameter([size], glorotUniform, rng);
    this.gain = parameter([], constant(Math.sqrt(1 / size)), rng);
  }

  /** keys [B,K,E] → U·key + b [B,K,U]. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return prepareAdditive('NormedAdditiveScore', this, keys);
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const length = tf.sqrt(tf.sum(tf.square(this.energy)));
    const energy = tf.mul<tf.Tensor1D>(this.energy, tf.div(this.gain, length));
    return scoreAdditive('NormedAdditiveScore', { query: this.query, energy }, query, keys);
  }
}

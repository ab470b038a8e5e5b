/** Luong's concat: a hidden layer over query and key laid side by side. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, glorotUniform, knownOptions, Module, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { prepareAdditive, scoreAdditive } from './additive.js';

export interface ConcatScoreOptions {
  querySize: number;
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  rng?: Rng;
}

/**
 * Concat (Luong) score: energy = v·tanh(W[query; key]), computed as v·tanh(W₁·query + W₂·key) with the rows of one W. query [B,Q,D], keys [B,K,E]
 * → [B,Q,K]. Throws ShapeError. What Keras calls concat is another function. arXiv:1508.04025
 */
export class ConcatScore extends Module implements Scorer {
  readonly querySize: number;
  readonly weight: tf.Variable<tf.Rank.R2>; // W [D+E,U]
  readonly energy: tf.Variable<tf.Rank.R1>; // v [U]

  constructor(options: ConcatScoreOptions) {
    super();
    knownOptions('ConcatScore', options, ['querySize', 'keySize', 'size', 'rng']);
    const { querySize, keySize, size, rng } = options;
    for (const [name, value] of Object.entries({ querySize, keySize, size })) count('ConcatScore', name, value);
    this.querySize = querySize;
    this.weight = parameter([querySize + keySize, size], glorotUniform, rng);
    this.energy = parameter([size], glorotUniform, rng);
  }

  /** keys [B,K,E] → W₂·key [B,K,U]. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return prepareAdditive('ConcatScore', { key: tf.slice(this.weight, this.querySize) }, keys);
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const weights = { query: tf.slice(this.weight, 0, this.querySize), energy: this.energy };
    return scoreAdditive('ConcatScore', weights, query, keys);
  }
}

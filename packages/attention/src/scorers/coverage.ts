/** An additive score that knows what has been looked at. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, glorotUniform, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { prepareAdditive, scoreAdditive, scoreAdditiveWith } from './additive.js';

export interface CoverageScoreOptions {
  querySize: number;
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  rng?: Rng;
}

/**
 * Coverage (pointer-generator) score: energy = v·tanh(W·query + U·key + w·c + b), where c is the sum of the weights of all steps before; it is the
 * score's `state`. query [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws ShapeError. arXiv:1704.04368
 */
export class CoverageScore extends Module implements Scorer {
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly key: tf.Variable<tf.Rank.R2>; // U [E,U]
  readonly coverage: tf.Variable<tf.Rank.R1>; // w [U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly energy: tf.Variable<tf.Rank.R1>; // v [U]

  constructor(options: CoverageScoreOptions) {
    super();
    knownOptions('CoverageScore', options, ['querySize', 'keySize', 'size', 'rng']);
    const { querySize, keySize, size, rng } = options;
    for (const [name, value] of Object.entries({ querySize, keySize, size })) count('CoverageScore', name, value);
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.key = parameter([keySize, size], glorotUniform, rng);
    this.coverage = parameter([size], glorotUniform, rng);
    this.bias = parameter([size], zeros, rng);
    this.energy = parameter([size], glorotUniform, rng);
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return prepareAdditive('CoverageScore', this, keys);
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    if (!previous) return scoreAdditive('CoverageScore', this, query, keys);
    const covered = tf.mul<tf.Tensor4D>(tf.expandDims(previous.state ?? previous.weights, 3), this.coverage);
    return scoreAdditiveWith(covered, 'CoverageScore', this, query, keys);
  }

  /** The sum of all weights so far: [B,Q,K]. */
  remember(weights: tf.Tensor3D, _query: tf.Tensor3D, _keys: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    return previous ? tf.add(previous.state ?? previous.weights, weights) : weights;
  }
}

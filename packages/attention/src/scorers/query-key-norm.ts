/** Queries and keys of the same length, whatever the layers before them do. */
import type { Alignment, Scorer } from '@seqloom/core';
import { count, dims, knownOptions, Module, ones, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { scorerOf } from '../scorer-of.js';

export interface QueryKeyNormScoreOptions<Keys> {
  /** What compares the normed queries and keys. */
  inner: Scorer<Keys>;
  /** D, of queries and keys. */
  size: number;
}

/** QK-norm: RMSNorm of queries and keys, each with a learned gain, before any scorer: energies cannot grow with the size of activations. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError. arXiv:2010.04245 */
export class QueryKeyNormScore<Keys = tf.Tensor3D> extends Module implements Scorer<Keys> {
  readonly inner: Scorer<Keys>;
  readonly query: tf.Variable<tf.Rank.R1>; // gain [D]
  readonly key: tf.Variable<tf.Rank.R1>; // gain [D]
  readonly remember: Scorer<Keys>['remember'];

  constructor(options: QueryKeyNormScoreOptions<Keys>) {
    super();
    knownOptions('QueryKeyNormScore', options, ['inner', 'size']);
    const { inner, size } = options;
    this.inner = scorerOf('QueryKeyNormScore', inner);
    this.query = parameter([count('QueryKeyNormScore', 'size', size)], ones);
    this.key = parameter([size], ones);
    this.remember =
      inner.remember &&
      ((weights, query, keys, previous) => inner.remember!(weights, normed(query, this.query), keys, previous));
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): Keys {
    dims('QueryKeyNormScore.prepare', { keys: [keys, `B K ${this.key.shape[0]}`] });
    return this.inner.prepare(normed(keys, this.key), mask);
  }

  score(query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D {
    dims('QueryKeyNormScore.score', { query: [query, `B Q ${this.query.shape[0]}`] });
    return this.inner.score(normed(query, this.query), keys, previous);
  }
}

/** x / √(mean x² + ε) ⊙ gain. */
function normed(x: tf.Tensor3D, gain: tf.Variable): tf.Tensor3D {
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), gain);
}

/** A linear form of query, key and their product. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, dims, glorotUniform, knownOptions, Module, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface TrilinearScoreOptions {
  /** D, of queries and keys. */
  size: number;
  rng?: Rng;
}

/** Trilinear score (BiDAF): energy = w·[query; key; query ⊙ key]. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError. arXiv:1611.01603 */
export class TrilinearScore extends Module implements Scorer {
  readonly weight: tf.Variable<tf.Rank.R2>; // w [3,D]: for query, key and product

  constructor(options: TrilinearScoreOptions) {
    super();
    knownOptions('TrilinearScore', options, ['size', 'rng']);
    this.weight = parameter([3, count('TrilinearScore', 'size', options.size)], glorotUniform, options.rng);
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    dims('TrilinearScore.prepare', { keys: [keys, `B K ${this.weight.shape[1]}`] });
    return keys;
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const D = this.weight.shape[1];
    dims('TrilinearScore.score', { query: [query, `B Q ${D}`], keys: [keys, `B K ${D}`] });
    const [forQuery, forKey, forProduct] = tf.split(this.weight as tf.Tensor2D, 3) as [Row, Row, Row]; // [1,D]
    const both = tf.matMul<tf.Tensor3D>(tf.add<tf.Tensor3D>(tf.mul(query, forProduct), forKey), keys, false, true);
    return tf.add(both, tf.sum(tf.mul(query, forQuery), -1, true));
  }
}

type Row = tf.Tensor2D;

/** A learned vector for each distance, added to the keys. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, knownOptions, Module, normal, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { distances } from './distances.js';

export interface ShawScoreOptions {
  /** D, of queries and keys. */
  size: number;
  /** Distances beyond it count as it; 16 unless told. */
  maxDistance?: number;
  rng?: Rng;
}

/**
 * Shaw's relative positions: energy = query·(key + r(k − q)) / √D, with a learned vector r for each distance up to maxDistance (its representations of values are left
 * out). Queries are the last Q positions. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError. arXiv:1803.02155
 */
export class ShawScore extends Module implements Scorer {
  readonly distance: tf.Variable<tf.Rank.R2>; // r [2·maxDistance+1,D]

  constructor(options: ShawScoreOptions) {
    super();
    knownOptions('ShawScore', options, ['size', 'maxDistance', 'rng']);
    const size = count('ShawScore', 'size', options.size);
    const most = count('ShawScore', 'maxDistance', options.maxDistance ?? 16);
    this.distance = parameter([2 * most + 1, size], normal(1 / Math.sqrt(size)), options.rng);
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return keys;
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const [places, D] = this.distance.shape;
    const most = (places - 1) / 2;
    const products = tf.matMul<tf.Tensor3D>(query, keys, false, true);
    const [B, Q, K] = products.shape;
    const indices = distances(products).map((distance) => Math.max(-most, Math.min(most, distance)) + most);
    const all = tf.matMul(tf.reshape(query, [B * Q, D]), this.distance as tf.Tensor2D, false, true); // [B·Q,places]
    const perQuery = tf.transpose(tf.reshape(all, [B, Q, places]), [1, 2, 0]); // [Q,places,B]
    const rows = tf.gather(tf.reshape(perQuery, [Q * places, B]), ofQueries(indices, Q, K, places)); // [Q·K,B]
    const relative = tf.reshape(tf.transpose(rows), [B, Q, K]);
    return tf.mul(tf.add(products, relative), 1 / Math.sqrt(D));
  }
}

function ofQueries(indices: number[], Q: number, K: number, places: number): tf.Tensor1D {
  const flat = Int32Array.from({ length: Q * K }, (_, i) => Math.floor(i / K) * places + indices[i]!);
  return tf.tensor1d(flat, 'int32');
}

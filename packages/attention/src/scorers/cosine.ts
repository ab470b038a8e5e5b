/** The angle between query and key. */
import type { Scorer } from '@seqloom/core';
import { constant, dims, knownOptions, Module, parameter, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface CosineScoreOptions {
  /** What β begins with; 1 unless told. */
  sharpness?: number;
}

/** Added under the root, so that a vector of zeros has the cosine 0 and a gradient. */
const smallest = 1e-12;

/** Cosine score: energy = β·cos(query, key), with a learned sharpness β. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError when D differs. arXiv:1410.5401 */
export class CosineScore extends Module implements Scorer {
  readonly sharpness: tf.Variable<tf.Rank.R0>; // β

  constructor(options: CosineScoreOptions = {}) {
    super();
    knownOptions('CosineScore', options, ['sharpness']);
    const { sharpness = 1 } = options;
    this.sharpness = parameter([], constant(within('CosineScore', 'sharpness', sharpness, 0)));
  }

  /** keys [B,K,D] → keys of length 1. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    dims('CosineScore.prepare', { keys: [keys, 'B K D'] });
    return unit(keys);
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    dims('CosineScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] });
    return tf.matMul(tf.mul<tf.Tensor3D>(unit(query), this.sharpness), keys, false, true);
  }
}

function unit(x: tf.Tensor3D): tf.Tensor3D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), smallest)));
}

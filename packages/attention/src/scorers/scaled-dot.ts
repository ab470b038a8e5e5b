/** Dot products whose size does not grow with the number of features. */
import type { Scorer } from '@seqloom/core';
import { dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Scaled dot score (Vaswani): energy = query·key / √D. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError when D differs. arXiv:1706.03762 */
export class ScaledDotScore implements Scorer {
  /** The scaling, once per memory instead of once per step. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    const { D } = dims('ScaledDotScore.prepare', { keys: [keys, 'B K D'] });
    return tf.mul(keys, 1 / Math.sqrt(D));
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    dims('ScaledDotScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] });
    return tf.matMul(query, keys, false, true);
  }
}

/** Dot products of queries and keys. */
import type { Scorer } from '@seqloom/core';
import { dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Dot score (Luong): energy = query·key. query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError when D differs. arXiv:1508.04025 */
export class DotScore implements Scorer {
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return keys;
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    dims('DotScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] });
    return tf.matMul(query, keys, false, true);
  }
}

/** Projections as one unbatched matrix product, the fast path of every backend. */
import * as tf from '@tensorflow/tfjs-core';

/** x [B,T,D] · weight [D,U] (+ bias [U]) → [B,T,U]. */
export function project(x: tf.Tensor3D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor3D {
  const [B, T, D] = x.shape;
  const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [B * T, D]), weight);
  return tf.reshape(bias ? tf.add<tf.Tensor>(product, bias) : product, [B, T, weight.shape[1]]);
}

/** Rows of many matrices at once. */
import * as tf from '@tensorflow/tfjs-core';

/** Row `state` of each sequence's matrix, of the one that all share [1,K,K] or its own [B,K,K]: state [B] or [B,N] → […,K]. */
export function rowsOf(matrices: tf.Tensor3D, state: tf.Tensor): tf.Tensor {
  const [count, rows, K] = matrices.shape;
  const flat = tf.reshape(matrices, [count * rows, K]);
  if (count === 1) return tf.gather(flat, state);
  const first = tf.reshape(tf.range(0, count * rows, rows, 'int32'), [count, ...state.shape.slice(1).map(() => 1)]);
  return tf.gather(flat, tf.add(state, first));
}

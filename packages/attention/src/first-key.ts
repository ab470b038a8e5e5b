/** Where attention stands before its first step, for scorers and normalisers that only go forward. */
import type { Alignment } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The weights of the step before [B,Q,K]; all on the first key before the first step. */
export function weightsBefore(previous: Alignment | undefined, shape: readonly [number, number, number]): tf.Tensor3D {
  if (previous) return previous.weights;
  const [B, Q, K] = shape;
  const first = tf.cast(tf.oneHot(tf.zeros([1, 1], 'int32'), K), 'float32');
  return tf.broadcastTo(first, [B, Q, K]) as tf.Tensor3D;
}

/** Every row one key further, [B,Q,K]: what stood at key k stands at k + 1. */
export function oneFurther(weights: tf.Tensor3D): tf.Tensor3D {
  const [B, Q, K] = weights.shape;
  return tf.concat([tf.zeros([B, Q, 1]), tf.slice(weights, [0, 0, 0], [B, Q, K - 1])], 2);
}

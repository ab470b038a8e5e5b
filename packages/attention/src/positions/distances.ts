/** How far keys are from queries. */
import * as tf from '@tensorflow/tfjs-core';

/** key − query for each of [Q,K], the queries being the last Q positions. */
export function distances({ shape: [, Q, K] }: tf.Tensor3D): number[] {
  const first = Math.max(0, K - Q);
  return Array.from({ length: Q * K }, (_, i) => (i % K) - first - Math.floor(i / K));
}

/** Energies [B·H,Q,K] + biases [H,Q,K]. */
export function addPerHead(energies: tf.Tensor3D, biases: tf.Tensor): tf.Tensor3D {
  const [rows, Q, K] = energies.shape;
  const heads = biases.shape[0]!;
  const apart = tf.reshape(energies, [rows / heads, heads, Q, K]);
  return tf.reshape(tf.add(apart, biases), [rows, Q, K]);
}

/** Filters as a length and a direction. */
import * as tf from '@tensorflow/tfjs-core';

/** gain⊙v/‖v‖ (arXiv:1602.07868): v [K,D,U], gain [U]; the norm of each filter is over K and D. */
export function weightNormed(v: tf.Tensor3D, gain: tf.Tensor1D): tf.Tensor3D {
  const norm = tf.sqrt(tf.sum(tf.square(v), [0, 1]));
  return tf.mul(v, tf.div(gain, norm));
}

/** The norms of filters [K,D,U], so that a gain starts where it changes nothing. */
export function filterNorms(v: Float32Array, outputs: number): Float32Array {
  const sums = new Float32Array(outputs);
  for (const [i, value] of v.entries()) sums[i % outputs]! += value * value;
  return sums.map(Math.sqrt);
}

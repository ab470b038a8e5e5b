/** Complex numbers as float32 tensors whose last dimension holds all real parts and then all imaginary ones. */
import * as tf from '@tensorflow/tfjs-core';

/** a·b; either may broadcast over leading dimensions. */
export function complexProduct(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [aRe, aIm] = parts(a);
  const [bRe, bIm] = parts(b);
  const re = tf.sub(tf.mul(aRe, bRe), tf.mul(aIm, bIm));
  return tf.concat([re, tf.add(tf.mul(aRe, bIm), tf.mul(aIm, bRe))], Math.max(a.rank, b.rank) - 1);
}

/** [real parts, imaginary parts]. */
export function parts(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return tf.split(x, 2, x.rank - 1) as [tf.Tensor, tf.Tensor];
}

/** e^(re + i·im) → [cos, sin] of the last dimension, scaled. */
export function complexExp(re: tf.Tensor, im: tf.Tensor): tf.Tensor {
  const size = tf.exp(re);
  return tf.concat([tf.mul(size, tf.cos(im)), tf.mul(size, tf.sin(im))], re.rank - 1);
}

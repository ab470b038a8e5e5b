/** Complex numbers as pairs of float32 tensors: real parts and imaginary ones. */
import * as tf from '@tensorflow/tfjs-core';

export type Complex = readonly [re: tf.Tensor, im: tf.Tensor];

/** a·b, broadcasting. */
export function product([aRe, aIm]: Complex, [bRe, bIm]: Complex): Complex {
  return [tf.sub(tf.mul(aRe, bRe), tf.mul(aIm, bIm)), tf.add(tf.mul(aRe, bIm), tf.mul(aIm, bRe))];
}

/** a/b, broadcasting. */
export function quotient(a: Complex, [bRe, bIm]: Complex): Complex {
  const square = tf.add(tf.square(bRe), tf.square(bIm));
  const [re, im] = product(a, [bRe, tf.neg(bIm)]);
  return [tf.div(re, square), tf.div(im, square)];
}

/** e^z. */
export function exponential([re, im]: Complex): Complex {
  const size = tf.exp(re);
  return [tf.mul(size, tf.cos(im)), tf.mul(size, tf.sin(im))];
}

/** The pair in a tensor whose last dimension holds all real parts and then all imaginary ones. */
export function halves(x: tf.Tensor): Complex {
  const [re, im] = tf.split(x, 2, x.rank - 1) as [tf.Tensor, tf.Tensor];
  return [re, im];
}

/** The opposite of `halves`. */
export function joined([re, im]: Complex): tf.Tensor {
  return tf.concat([re, im], re.rank - 1);
}

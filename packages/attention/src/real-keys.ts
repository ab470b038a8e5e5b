/** Where keys stand among the real ones, for scorers that go along them: padding may stand anywhere. */
import * as tf from '@tensorflow/tfjs-core';

/** Prepared keys, and the place of each among the real ones, [B,1,K]. */
export interface CountedKeys<Keys> {
  readonly keys: Keys;
  readonly places: tf.Tensor3D;
}

/** The place of each key among the real ones, from 0: [B,1,K]. Padding has that of the real key before it. */
export function placesOf(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  return tf.sub(tf.cumsum(realOf(keys, mask), 2), 1);
}

/** All weight on the first real key: [B,1,K]. */
export function firstReal(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  const real = realOf(keys, mask);
  return tf.cast(tf.equal(tf.mul(real, tf.cumsum(real, 2)), 1), 'float32');
}

/** Which real key comes before each, counted from 1 along all keys, 0 for none: [B,1,K]. */
export function realBefore(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  const K = keys.shape[1];
  let last = later(tf.mul(realOf(keys, mask), tf.range(1, K + 1)), 1);
  for (let by = 1; by < K; by *= 2) last = tf.maximum(last, later(last, by)); // the largest so far
  return tf.cast(last, 'int32');
}

/** Every row one real key further, [B,Q,K]: a real key gets what stood at the one before it. */
export function oneFurther(weights: tf.Tensor3D, before: tf.Tensor3D): tf.Tensor3D {
  const columns = tf.transpose(tf.pad(weights, ahead(1)), [0, 2, 1]); // [B,1+K,Q]
  return tf.transpose(tf.gather(columns, tf.squeeze<tf.Tensor2D>(before, [1]), 1, 1), [0, 2, 1]) as tf.Tensor3D;
}

const ahead = (by: number): [number, number][] => [
  [0, 0],
  [0, 0],
  [by, 0],
];

/** x [B,1,K] shifted, 0 coming in. */
function later(x: tf.Tensor3D, by: number): tf.Tensor3D {
  return tf.slice(tf.pad(x, ahead(by)), 0, x.shape);
}

/** [B,1,K] */
function realOf(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  return tf.expandDims(mask ? tf.cast(mask, 'float32') : tf.ones(keys.shape.slice(0, 2)), 1);
}

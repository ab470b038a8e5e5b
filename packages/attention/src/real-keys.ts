/** Where keys stand among the real ones, for scorers that go along them: padding may stand anywhere. */
import * as tf from '@tensorflow/tfjs-core';

/** Prepared keys, the place of each among the real ones, [B,1,K], and how many of them are real, [B,1,1]. */
export interface CountedKeys<Keys> {
  readonly keys: Keys;
  readonly places: tf.Tensor3D;
  readonly length: tf.Tensor3D;
}

export function counted<Keys>(prepared: Keys, keys: tf.Tensor3D, mask?: tf.Tensor2D): CountedKeys<Keys> {
  const length = tf.expandDims<tf.Tensor3D>(tf.sum(realOf(keys, mask), 1, true), 2);
  return { keys: prepared, places: placesOf(keys, mask), length };
}

/** The place of each key among the real ones, from 0: [B,1,K]. Padding has that of the real key before it. */
export function placesOf(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  return tf.expandDims<tf.Tensor3D>(tf.sub(tf.cumsum(realOf(keys, mask), 1), 1), 1);
}

/** All weight on the first real key: [B,1,K]. */
export function firstReal(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  const real = realOf(keys, mask);
  return tf.expandDims<tf.Tensor3D>(tf.mul(real, tf.cast(tf.equal(tf.cumsum(real, 1), 1), 'float32')), 1);
}

/** Which real key comes before each, counted from 1 along all keys, 0 for none: [B,K]. */
export function realBefore(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor2D {
  const [B, K] = keys.shape;
  const later = (x: tf.Tensor, by: number) => {
    const around: [number, number][] = [
      [0, 0],
      [by, 0],
    ];
    return tf.slice(tf.pad(x as tf.Tensor2D, around), [0, 0], [B, K]);
  };
  let last: tf.Tensor = tf.mul(realOf(keys, mask), tf.range(1, K + 1));
  for (let by = 1; by < K; by *= 2) last = tf.maximum(last, later(last, by)); // the largest so far
  return tf.cast<tf.Tensor2D>(later(last, 1), 'int32');
}

/** Every row one real key further, [B,Q,K]: a real key gets what stood at the one before it. */
export function oneFurther(weights: tf.Tensor3D, before: tf.Tensor2D): tf.Tensor3D {
  const [B, Q, K] = weights.shape;
  const none = tf.zeros<tf.Rank.R3>([B, Q, 1]);
  const columns = tf.reshape(tf.transpose(tf.concat([none, weights], 2), [0, 2, 1]), [B * (K + 1), Q]);
  const rows = tf.add(before, tf.reshape(tf.range(0, B * (K + 1), K + 1, 'int32'), [B, 1]));
  return tf.transpose(tf.reshape(tf.gather(columns, tf.reshape(rows, [B * K])), [B, K, Q]), [0, 2, 1]);
}

function realOf(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor {
  return mask ? tf.cast(mask, 'float32') : tf.ones(keys.shape.slice(0, 2));
}

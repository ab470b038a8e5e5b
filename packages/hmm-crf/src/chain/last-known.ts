/** What was known last: how labels and segments reach across masked steps. */
import { dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** At each step, the value of the last known step up to it: values and known [B,T] → [B,T], in log₂ T rounds; 0 before the first one. */
export function lastKnown(values: tf.Tensor2D, known: tf.Tensor2D): tf.Tensor2D {
  const { T } = dims('lastKnown', { values: [values, 'B T'], known: [known, 'B T'] });
  let [value, found] = [tf.where(known, values, tf.zerosLike(values)) as tf.Tensor2D, known];
  for (let distance = 1; distance < T; distance *= 2) {
    value = tf.where(found, value, delay(value, distance)) as tf.Tensor2D;
    found = tf.logicalOr(found, delay(found, distance));
  }
  return value;
}

/** The same of the steps before each step only. */
export function knownBefore(values: tf.Tensor2D, known: tf.Tensor2D): tf.Tensor2D {
  return delay(lastKnown(values, known), 1);
}

/** Every row moved `steps` to the right, 0 moving in. */
function delay(x: tf.Tensor2D, steps: number): tf.Tensor2D {
  const [B, T] = x.shape;
  return tf.concat([tf.zeros([B, steps], x.dtype), tf.slice(x, [0, 0], [B, T - steps])], 1);
}

/** Targets as rows of a table: checked, and safe to look up. */
import { DataError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Whether tensors can be read without waiting. */
export function canLook(): boolean {
  return tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm';
}

/** Throws a DataError on the first real target that is no class, where the backend can look at once. ids and mask [B,T]. */
export function checkTargets(where: string, ids: tf.Tensor2D, mask: tf.Tensor2D, V: number): void {
  if (!canLook()) return;
  const [values, real, T] = [ids.dataSync(), mask.dataSync(), ids.shape[1]];
  const wrong = values.findIndex((id, i) => real[i] !== 0 && (id < 0 || id >= V));
  if (wrong < 0) return;
  const place = `sequence ${Math.floor(wrong / T)}, step ${wrong % T}`;
  throw new DataError(where, `target ${values[wrong]} at ${place} is out of range`, {
    hint: `targets are whole numbers from 0 to ${V - 1}`,
  });
}

/**
 * Targets and mask [B,T] → `safe` [B·T] int32, 0 at masked positions and where a target is no class, and `penalty`, NaN where a real one is none,
 * else 0. Throws DataError as `checkTargets`.
 */
export function realTargets(
  where: string,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
  V: number,
): { safe: tf.Tensor1D; penalty: tf.Scalar } {
  const ids = tf.cast(targets, 'int32');
  checkTargets(where, ids, mask, V);
  const inside = tf.logicalAnd(tf.greaterEqual(ids, 0), tf.less(ids, V));
  const wrong = tf.any(tf.logicalAnd(mask, tf.logicalNot(inside)));
  const safe = tf.mul(ids, tf.cast(tf.logicalAnd(mask, inside), 'int32'));
  return {
    safe: tf.reshape(safe, [-1]),
    penalty: tf.where(wrong, tf.scalar(Number.NaN), tf.scalar(0)),
  };
}

/** What looking at the same place again costs. */
import { dims, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean over the real steps of Σ_k min(a_tk, Σ_{s<t} a_sk): weights a [B,T,K] (or [B·H,T,K] with H heads: their mean), mask [B,T] → scalar.
 * The weights of padded steps are never read. arXiv:1704.04368
 */
export function coverageLoss(weights: tf.Tensor3D, mask: tf.Tensor2D): tf.Scalar {
  const { B, T } = dims('coverageLoss', { mask: [mask, 'B T'], weights: [weights, '_ T K'] });
  const own = keepWhere(mask, meanOfHeads(weights, B));
  const before = tf.sub(tf.cumsum(own, 1), own);
  const steps = tf.maximum(tf.sum(tf.cast(mask, 'float32')), T > 0 ? 1 : 0);
  return tf.div(tf.sum(tf.minimum(own, before)), steps);
}

/** Weights [B·H,T,K], the heads of a sequence together → [B,T,K]. */
export function meanOfHeads(weights: tf.Tensor3D, B: number): tf.Tensor3D {
  const [rows, T, K] = weights.shape;
  return rows === B ? weights : tf.mean<tf.Tensor3D>(tf.reshape(weights, [B, rows / B, T, K]), 1);
}

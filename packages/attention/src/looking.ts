/** What weights of attention say: how sharp they are, what was looked at, and which heads matter. */
import { count, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** How spread the weights of each query are: −Σ w·log w in nats, 0 for one key, log K for all alike: weights [B,Q,K] → [B,Q]. */
export function attentionEntropy(weights: tf.Tensor3D): tf.Tensor2D {
  dims('attentionEntropy', { weights: [weights, 'B Q K'] });
  const terms = tf.mul(weights, tf.log(tf.add(weights, tf.cast(tf.equal(weights, 0), 'float32'))));
  return tf.neg(tf.sum(terms, -1)) as tf.Tensor2D;
}

/** How much each key was looked at by all queries together: weights [B,Q,K] → [B,K]. */
export function coverage(weights: tf.Tensor3D): tf.Tensor2D {
  dims('coverage', { weights: [weights, 'B Q K'] });
  return tf.sum(weights, 1);
}

/** How sure each head is: the mean over queries that see anything of their largest weight: weights [B·H,Q,K] → [H]. arXiv:1905.09418 */
export function headConfidence(weights: tf.Tensor3D, heads: number): tf.Tensor1D {
  const largest = tf.max(ofHeads('headConfidence', weights, heads), -1); // [B,H,Q]
  const seen = tf.sum(tf.cast(tf.greater(largest, 0), 'float32'), [0, 2]);
  return tf.div(tf.sum(largest, [0, 2]), tf.maximum(seen, 1));
}

/**
 * How much the loss depends on each head: the mean over the batch of |Σ w·dw|, from the weights [B·H,Q,K] and the gradient of the loss with respect to them → [H].
 * A head of which it is near 0 may be cut. arXiv:1905.10650
 */
export function headImportance(weights: tf.Tensor3D, gradient: tf.Tensor3D, heads: number): tf.Tensor1D {
  const product = ofHeads('headImportance', tf.mul(weights, gradient), heads);
  return tf.mean(tf.abs(tf.sum(product, [2, 3])), 0);
}

/** [B·H,Q,K] → [B,H,Q,K]. */
function ofHeads(where: string, weights: tf.Tensor3D, heads: number): tf.Tensor4D {
  const { B, Q, K } = dims(where, { weights: [weights, 'B Q K'] });
  count(where, 'heads', heads, 1);
  return tf.reshape(weights, [B / heads, heads, Q, K]);
}

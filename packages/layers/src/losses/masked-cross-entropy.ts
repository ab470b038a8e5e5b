/** Cross-entropy over the real positions of a padded batch. */
import { asMask, dims, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';

/**
 * Mean of −log softmax(logits)[target] over the positions whose mask is 1 (0 when there is none): logits [B,T,V], targets [B,T] int32,
 * mask [B,T] → scalar. What stands at masked positions is never read: logits may be NaN there, targets any id. Throws ShapeError.
 */
export function maskedCrossEntropy(logits: tf.Tensor3D, targets: tf.Tensor2D, mask: tf.Tensor2D): tf.Scalar {
  const { V } = dims('maskedCrossEntropy', {
    logits: [logits, 'B T V'],
    targets: [targets, 'B T'],
    mask: [mask, 'B T'],
  });
  notEmpty('maskedCrossEntropy', 'logits', logits);
  const real = tf.reshape(asMask(mask), [-1]);
  const ids = tf.reshape<tf.Rank.R1>(tf.cast(targets, 'int32'), [-1]);
  const ones = tf.cast(tf.expandDims(real, 1), 'float32');
  const share = tf.div(ones, tf.maximum(tf.sum(ones), 1)); // [B·T,1]
  const chosen = tf.cast(tf.oneHot(ids, V), 'float32'); // asked for float32 itself, wasm writes whole numbers
  return crossEntropy(tf.reshape(logits, [-1, V]), chosen, real, share);
}

/** Σ share·(log Σ exp(logits) − logits[chosen]) over the real rows: logits and chosen [N,V], real [N], share [N,1]; few ops, forward and back. */
function crossEntropy(logits: tf.Tensor, chosen: tf.Tensor, real: tf.Tensor, share: tf.Tensor): tf.Scalar {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, chosen, real, share]);
    const rows = keepWhere(real, x as tf.Tensor);
    const shifted = tf.sub(rows, tf.max(rows, 1, true));
    const total = tf.log(tf.sum(tf.exp(shifted), 1, true));
    const losses = tf.sub(total, tf.sum(tf.mul(shifted, chosen), 1, true)); // [N,1]
    return { value: tf.sum(tf.mul(losses, share)) as tf.Scalar, gradFunc: crossEntropyGradient };
  })(logits) as tf.Scalar;
}

/** (softmax(logits) − chosen)·share, itself differentiable. */
function crossEntropyGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [x, chosen, real, share] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.mul(tf.sub(tf.softmax(keepWhere(real, x)), chosen), tf.mul(share, dy));
}

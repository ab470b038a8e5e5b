/** Cross-entropy over the real positions of a padded batch. */
import { asMask, dims, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean of −log softmax(logits)[target] over the positions whose mask is 1 (0 when there is none): logits [B,T,V], targets [B,T] int32,
 * mask [B,T] → scalar. What stands at masked positions is never read: logits may be NaN there, targets any id.
 */
export function maskedCrossEntropy(logits: tf.Tensor3D, targets: tf.Tensor2D, mask: tf.Tensor2D): tf.Scalar {
  const { V } = dims('maskedCrossEntropy', {
    logits: [logits, 'B T V'],
    targets: [targets, 'B T'],
    mask: [mask, 'B T'],
  });
  const real = tf.reshape(asMask(mask), [-1]);
  const chosen = tf.cast(tf.oneHot(tf.reshape(tf.cast(targets, 'int32'), [-1]) as tf.Tensor1D, V), 'float32'); // [B·T,V]
  const count = tf.maximum(tf.sum(tf.cast(real, 'float32')), 1);
  return crossEntropy(tf.reshape(logits, [-1, V]), chosen, tf.cast(tf.expandDims(real, 1), 'float32'), count);
}

/** Sum of the real rows' cross-entropies / count; the gradient (softmax − chosen) · real / count comes along with the value, to save ops. */
function crossEntropy(logits: tf.Tensor2D, chosen: tf.Tensor, real: tf.Tensor, count: tf.Tensor): tf.Scalar {
  return tf.customGrad((raw, save) => {
    const rows = keepWhere(tf.squeeze(real, [1]), raw as tf.Tensor);
    const shifted = tf.sub(rows, tf.max(rows, 1, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, 1, true);
    const losses = tf.sub(tf.log(total), tf.sum(tf.mul(shifted, chosen), 1, true)); // [B·T,1]
    const share = tf.div(real, count);
    const gradient = tf.mul(tf.sub(tf.div(exponentials, total), chosen), share);
    (save as tf.GradSaveFunc)([gradient]);
    return {
      value: tf.sum(tf.mul(losses, share)) as tf.Scalar,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(saved as tf.Tensor, dy),
    };
  })(logits) as tf.Scalar;
}

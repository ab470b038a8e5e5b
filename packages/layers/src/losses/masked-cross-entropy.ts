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

/** Sum of the masked rows' cross-entropies / count, with the gradient (softmax − chosen)·mask / count, written out to save ops. */
function crossEntropy(logits: tf.Tensor2D, chosen: tf.Tensor, real: tf.Tensor, count: tf.Tensor): tf.Scalar {
  return tf.customGrad((raw, save) => {
    const rows = keepWhere(tf.squeeze(real, [1]), raw as tf.Tensor);
    const shifted = tf.sub(rows, tf.max(rows, 1, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, 1, true);
    const loss = tf.sub(tf.log(total), tf.sum(tf.mul(shifted, chosen), 1, true)); // [B·T,1]
    (save as tf.GradSaveFunc)([tf.div(exponentials, total)]);
    return {
      value: tf.div(tf.sum(tf.mul(loss, real)), count) as tf.Scalar,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const scale = tf.mul(real, tf.div(dy, count));
        return tf.mul(tf.sub(saved[0] as tf.Tensor, chosen), scale);
      },
    };
  })(logits) as tf.Scalar;
}

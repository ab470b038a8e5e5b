/** log Σ exp, safe at −∞ and twice differentiable. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * log Σ exp(x) along `axis`. A slice that is all −∞ gives −∞ and gradient 0; the gradient elsewhere is softmax(x), the second one
 * diag(p) − ppᵀ. Both are given here: tfjs saves the results of its ops off the tape, so the derivative of `exp` has none itself.
 */
export function logSumExp(x: tf.Tensor, axis: number = -1, keepDims = false): tf.Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const out = tf.customGrad((values, save) => {
    const value = forward(values as tf.Tensor, at);
    (save as tf.GradSaveFunc)([values as tf.Tensor, value]);
    return { value, gradFunc: (dy, [saved, total]) => tf.mul(dy, shares(saved!, total!, at)) };
  })(x);
  return keepDims ? out : tf.squeeze(out, [at]);
}

function forward(x: tf.Tensor, axis: number): tf.Tensor {
  const shift = finite(tf.max(x, axis, true));
  const sum = tf.sum(tf.exp(tf.sub(x, shift)), axis, true);
  return tf.where(tf.equal(sum, 0), -Infinity, tf.add(tf.log(sum), shift)); // NaN stays NaN
}

/** exp(x − total): each element's share p of the sum, 0 in a slice that is all −∞. */
function shares(x: tf.Tensor, total: tf.Tensor, axis: number): tf.Tensor {
  return tf.customGrad((values, save) => {
    const value = tf.exp(tf.sub(values as tf.Tensor, finite(total)));
    (save as tf.GradSaveFunc)([value]);
    return {
      value,
      gradFunc: (dy, [p]) => {
        const share = tf.mul(dy, p!);
        return tf.sub(share, tf.mul(p!, tf.sum(share, axis, true)));
      },
    };
  })(x);
}

/** 0 in place of −∞, from which nothing can be subtracted; NaN stays NaN. */
function finite(x: tf.Tensor): tf.Tensor {
  return tf.where(tf.equal(x, -Infinity), 0, x);
}

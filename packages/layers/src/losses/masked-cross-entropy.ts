/** Cross-entropy over the real positions of a padded batch. */
import type { Op } from '@seqloom/core';
import { asMask, defineOp, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type CrossEntropyOptions, checked, meanCrossEntropy } from './cross-entropies.js';
import { crossEntropyKernels } from './cross-entropy-kernels.js';

/**
 * Mean of −log softmax(logits)[target] over the positions whose mask is 1 (0 when there is none): logits [B,T,V], targets [B,T] int32,
 * mask [B,T] → scalar; with label smoothing, class weights or focus (`CrossEntropyOptions`) the mean that PyTorch takes. What stands at masked
 * positions is never read: logits may be NaN there, targets any id. Throws ShapeError, OptionError, and a DataError on a target
 * that is no class; on backends that cannot look without waiting (webgl, webgpu), the loss is NaN.
 */
export function maskedCrossEntropy(
  logits: tf.Tensor3D,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  checked('maskedCrossEntropy', logits, targets, mask, options);
  const { labelSmoothing = 0, classWeights, focal = 0 } = options;
  const [ids, real] = [tf.cast(targets, 'int32'), asMask(mask)];
  if (classWeights || focal > 0) return meanCrossEntropy('maskedCrossEntropy', logits, ids, real, options);
  return crossEntropyOp({ logits, targets: ids, mask: real }, { smoothing: labelSmoothing })[0] as tf.Scalar;
}

/** logits [B,T,V], targets [B,T] int32, mask [B,T] bool → the loss; fused, the largest logit of each row and the sum of its powers are kept. */
export const crossEntropyOp: Op<'logits' | 'targets' | 'mask', { smoothing: number }> = defineOp({
  name: 'MaskedCrossEntropy',
  inputs: ['logits', 'targets', 'mask'],
  workspaces: 1,
  fused: crossEntropyKernels,
  composed({ logits, targets, mask }, { smoothing }) {
    const V = logits.shape[2]!;
    const real = tf.reshape(mask, [-1]);
    const ids = tf.reshape<tf.Rank.R1>(targets, [-1]);
    const ones = tf.cast(tf.expandDims(real, 1), 'float32');
    const share = tf.div(ones, tf.maximum(tf.sum(ones), 1)); // [B·T,1]
    const chosen = tf.cast(tf.equal(tf.expandDims(ids, 1), tf.range(0, V, 1, 'int32')), 'float32'); // oneHot wants two classes
    const spread = smoothing > 0 ? tf.add(tf.mul(chosen, 1 - smoothing), smoothing / V) : chosen;
    const wrong = tf.logicalOr(tf.less(ids, 0), tf.greaterEqual(ids, V));
    const penalty = tf.where(tf.any(tf.logicalAnd(real, wrong)), tf.scalar(Number.NaN), tf.scalar(0));
    return [tf.add(crossEntropy(tf.reshape(logits, [-1, V]), spread, real, share), penalty)];
  },
});

/** Σ share·(log Σ exp(logits) − Σ target·logits) over the real rows: logits and target [N,V], real [N], share [N,1]; few ops, forward and back. */
function crossEntropy(logits: tf.Tensor, target: tf.Tensor, real: tf.Tensor, share: tf.Tensor): tf.Scalar {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, target, real, share]);
    const rows = keepWhere(real, x as tf.Tensor);
    const shifted = tf.sub(rows, tf.max(rows, 1, true));
    const total = tf.log(tf.sum(tf.exp(shifted), 1, true));
    const losses = tf.sub(total, tf.sum(tf.where(tf.greater(target, 0), tf.mul(shifted, target), 0), 1, true)); // [N,1]
    return { value: tf.sum(tf.mul(losses, share)) as tf.Scalar, gradFunc: crossEntropyGradient };
  })(logits) as tf.Scalar;
}

/** (softmax(logits) − target)·share, itself differentiable. */
function crossEntropyGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [x, target, real, share] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.mul(tf.sub(tf.softmax(keepWhere(real, x)), target), tf.mul(share, dy));
}

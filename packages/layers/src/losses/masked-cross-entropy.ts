/** Cross-entropy over the real positions of a padded batch. */
import type { Attributes, Op } from '@seqloom/core';
import { asMask, defineOp, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type CrossEntropyOptions, checked, meanCrossEntropy, smoothingTerm } from './cross-entropies.js';
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
  const loss = crossEntropyOp({ logits, targets: ids, mask: real }, {})[0] as tf.Scalar;
  return labelSmoothing > 0 ? tf.add(loss, smoothingTerm(logits, ids, real, labelSmoothing)) : loss;
}

/** logits [B,T,V], targets [B,T] int32, mask [B,T] bool → the loss; fused, the largest logit of each row and the sum of its powers are kept. */
export const crossEntropyOp: Op<'logits' | 'targets' | 'mask', Attributes> = defineOp({
  name: 'MaskedCrossEntropy',
  inputs: ['logits', 'targets', 'mask'],
  workspaces: 1,
  fused: crossEntropyKernels,
  composed({ logits, targets, mask }) {
    const V = logits.shape[2]!;
    const real = tf.reshape(mask, [-1]);
    const ids = tf.reshape<tf.Rank.R1>(targets, [-1]);
    const ones = tf.cast(tf.expandDims(real, 1), 'float32');
    const share = tf.div(ones, tf.maximum(tf.sum(ones), 1)); // [B·T,1]
    const chosen = tf.cast(tf.equal(tf.expandDims(ids, 1), tf.range(0, V, 1, 'int32')), 'float32'); // oneHot wants two classes
    const wrong = tf.logicalOr(tf.less(ids, 0), tf.greaterEqual(ids, V));
    const penalty = tf.where(tf.any(tf.logicalAnd(real, wrong)), tf.scalar(Number.NaN), tf.scalar(0));
    return [tf.add(crossEntropy(tf.reshape(logits, [-1, V]), chosen, real, share), penalty)];
  },
});

/** Σ share·(log Σ exp(logits) − logits[chosen]) over the real rows: logits and chosen [N,V], real [N], share [N,1]; few ops, forward and back. */
function crossEntropy(logits: tf.Tensor, chosen: tf.Tensor, real: tf.Tensor, share: tf.Tensor): tf.Scalar {
  return tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, chosen, real, share]);
    const rows = keepWhere(real, x as tf.Tensor);
    const shifted = tf.sub(rows, tf.max(rows, 1, true));
    const total = tf.log(tf.sum(tf.exp(shifted), 1, true));
    const losses = tf.sub(total, tf.sum(tf.where(tf.greater(chosen, 0), tf.mul(shifted, chosen), 0), 1, true)); // [N,1]
    return { value: tf.sum(tf.mul(losses, share)) as tf.Scalar, gradFunc: crossEntropyGradient };
  })(logits) as tf.Scalar;
}

/** (softmax(logits) − chosen)·share, itself differentiable. */
function crossEntropyGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [x, chosen, real, share] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.mul(tf.sub(tf.softmax(keepWhere(real, x)), chosen), tf.mul(share, dy));
}

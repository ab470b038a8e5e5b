/** Losses of numbers rather than classes, over the real positions of a padded batch. */
import { asMask, detach, dims, keepWhere, OptionError, show, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';

/**
 * Mean of (prediction − target)² over the real positions, 0 when there is none: both [B,T,D], mask [B,T] → scalar. As in all losses here, what
 * stands at masked positions is not read. Throws ShapeError.
 */
export function maskedSquaredError(predictions: tf.Tensor3D, targets: tf.Tensor3D, mask: tf.Tensor2D): tf.Scalar {
  const [gaps, real] = differences('maskedSquaredError', predictions, targets, mask);
  return realMean(tf.square(gaps), real);
}

/** Mean of |prediction − target|: both [B,T,D], mask [B,T] → scalar. Throws ShapeError. */
export function maskedAbsoluteError(predictions: tf.Tensor3D, targets: tf.Tensor3D, mask: tf.Tensor2D): tf.Scalar {
  const [gaps, real] = differences('maskedAbsoluteError', predictions, targets, mask);
  return realMean(tf.abs(gaps), real);
}

/** Mean of Huber's loss, ½·gap² up to a gap of `delta` and delta·(|gap| − ½·delta) beyond: both [B,T,D], mask [B,T] → scalar. Throws ShapeError. */
export function maskedHuber(
  predictions: tf.Tensor3D,
  targets: tf.Tensor3D,
  mask: tf.Tensor2D,
  { delta = 1 }: { delta?: number } = {},
): tf.Scalar {
  within('maskedHuber', 'delta', delta, Number.MIN_VALUE);
  const [gaps, real] = differences('maskedHuber', predictions, targets, mask);
  const size = tf.abs(gaps);
  const isNear = detach(size, (x) => tf.cast(tf.less(x, delta), 'float32')); // tf.minimum has no second derivative
  const near = tf.add(tf.mul(size, isNear), tf.mul(tf.sub(1, isNear), delta));
  return realMean(tf.mul(near, tf.sub(size, tf.mul(near, 0.5))), real);
}

/**
 * Mean of −log N(target; mean, e^logVariance): all [B,T,D], mask [B,T] → scalar, ½(log 2π + logVariance + (target − mean)²·e^−logVariance), so that
 * a network gives any number for the variance. Throws ShapeError.
 */
export function gaussianNLL(
  mean: tf.Tensor3D,
  logVariance: tf.Tensor3D,
  targets: tf.Tensor3D,
  mask: tf.Tensor2D,
): tf.Scalar {
  const where = 'gaussianNLL';
  dims(where, { mean: [mean, 'B T D'], logVariance: [logVariance, 'B T D'] });
  const [gaps, real] = differences(where, mean, targets, mask);
  const spread = keepWhere(real, logVariance);
  const losses = tf.add(spread, tf.mul(tf.square(gaps), tf.exp(tf.neg(spread))));
  return realMean(tf.mul(tf.add(losses, Math.log(2 * Math.PI)), 0.5), real);
}

/**
 * Mean of the pinball loss of each quantile q, q·gap above the prediction and (q − 1)·gap below: predictions [B,T,D,Q] for `quantiles` [Q], targets
 * [B,T,D], mask [B,T] → scalar. Throws ShapeError and OptionError. Koenker & Bassett 1978
 */
export function quantileLoss(
  predictions: tf.Tensor4D,
  targets: tf.Tensor3D,
  mask: tf.Tensor2D,
  quantiles: readonly number[],
): tf.Scalar {
  const where = 'quantileLoss';
  if (!Array.isArray(quantiles) || quantiles.length === 0) {
    throw new OptionError(where, `\`quantiles\` must be numbers between 0 and 1, got ${show(quantiles)}`);
  }
  for (const q of quantiles) within(where, 'quantiles', q, 0, 1);
  dims(where, {
    predictions: [predictions, `B T D ${quantiles.length}`],
    targets: [targets, 'B T D'],
    mask: [mask, 'B T'],
  });
  notEmpty(where, 'predictions', predictions);
  const real = asMask(mask);
  const gaps = tf.sub(tf.expandDims(keepWhere(real, targets), 3), keepWhere(real, predictions));
  const levels = tf.tensor4d([...quantiles], [1, 1, 1, quantiles.length]);
  return realMean(tf.maximum(tf.mul(levels, gaps), tf.mul(tf.sub(levels, 1), gaps)), real);
}

/** prediction − target, 0 at masked positions, and the mask as dtype bool. */
function differences(
  where: string,
  predictions: tf.Tensor3D,
  targets: tf.Tensor3D,
  mask: tf.Tensor2D,
): [gaps: tf.Tensor3D, real: tf.Tensor2D] {
  dims(where, { predictions: [predictions, 'B T D'], targets: [targets, 'B T D'], mask: [mask, 'B T'] });
  notEmpty(where, 'predictions', predictions);
  const real = asMask(mask);
  return [tf.sub(keepWhere(real, predictions), keepWhere(real, targets)), real];
}

/** The mean over real positions and all that belongs to each: losses [B,T,…], real [B,T]. */
function realMean(losses: tf.Tensor, real: tf.Tensor2D): tf.Scalar {
  const each = losses.size / Math.max(1, real.size);
  const count = tf.mul(tf.maximum(tf.sum(tf.cast(real, 'float32')), 1), each);
  return tf.div(tf.sum(keepWhere(real, losses)), count);
}

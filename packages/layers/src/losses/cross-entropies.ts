/** Cross-entropy of each position, with label smoothing, class weights and focus on what is hard. */
import { asMask, dims, keepWhere, knownOptions, logSumExp, ShapeError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';
import { checkTargets } from './real-targets.js';

export interface CrossEntropyOptions {
  /** The share of each target that is spread over all classes, 0 unless told. arXiv:1512.00567 */
  labelSmoothing?: number;
  /** How much each class counts [V]; the mean is that of the weighted losses over the targets' weights, as in PyTorch. */
  classWeights?: readonly number[];
  /** γ: a position counts (1 − p)^γ, where p is its target's probability, so that what is easy matters less; 0 unless told. arXiv:1708.02002 */
  focal?: number;
}

/**
 * −log softmax(logits)[target] at each position, or what the options make of it: logits [B,T,V], targets [B,T] int32, mask [B,T] → [B,T], 0 at
 * masked positions, where nothing is read. Throws ShapeError, OptionError, and a DataError on a target that is no class; on backends that
 * cannot look without waiting (webgl, webgpu), the loss there is NaN.
 */
export function crossEntropies(
  logits: tf.Tensor3D,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
  options: CrossEntropyOptions = {},
): tf.Tensor2D {
  const V = checked('crossEntropies', logits, targets, mask, options);
  const real = asMask(mask);
  const ids = tf.cast(targets, 'int32');
  checkTargets('crossEntropies', ids, real, V);
  return tf.reshape(positions(logits, ids, real, options).losses, targets.shape);
}

/** The mean that PyTorch takes: Σ losses / Σ weights of the targets, 0 where nothing counts. Throws DataError as `crossEntropies` does. */
export function meanCrossEntropy(
  where: string,
  logits: tf.Tensor3D,
  ids: tf.Tensor2D,
  real: tf.Tensor2D,
  options: CrossEntropyOptions,
): tf.Scalar {
  checkTargets(where, ids, real, logits.shape[2]);
  const { losses, weights } = positions(logits, ids, real, options);
  const total = tf.sum(weights);
  return tf.div(tf.sum(losses), tf.add(total, tf.cast(tf.equal(total, 0), 'float32')));
}

/** Checks shapes and options; returns the number of classes. */
export function checked(
  where: string,
  logits: tf.Tensor3D,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
  options: CrossEntropyOptions,
): number {
  knownOptions(where, options, ['labelSmoothing', 'classWeights', 'focal']);
  const { V } = dims(where, { logits: [logits, 'B T V'], targets: [targets, 'B T'], mask: [mask, 'B T'] });
  notEmpty(where, 'logits', logits);
  within(where, 'labelSmoothing', options.labelSmoothing ?? 0, 0, 1);
  within(where, 'focal', options.focal ?? 0, 0);
  const { classWeights } = options;
  if (classWeights === undefined) return V;
  if (classWeights.length !== V) {
    throw new ShapeError(
      where,
      `\`classWeights\` must have ${V} numbers, one for each class, got ${classWeights.length}`,
    );
  }
  for (const weight of classWeights) within(where, 'classWeights', weight, 0);
  return V;
}

/** Logits with 0 at masked rows [N,V], each row's chosen one [N] (NaN where there is none), and 1 for each row that counts [N]. */
function chosenLogits(logits: tf.Tensor3D, ids: tf.Tensor2D, real: tf.Tensor2D) {
  const V = logits.shape[2];
  const flat = tf.reshape(real, [-1]);
  const rows = keepWhere(flat, tf.reshape(logits, [-1, V]) as tf.Tensor);
  const chosenAt = tf.equal(tf.reshape(ids, [-1, 1]), tf.range(0, V, 1, 'int32')); // [N,V]
  const none = tf.logicalAnd(flat, tf.logicalNot(tf.any(chosenAt, 1)));
  const penalty = tf.where(none, tf.fill(none.shape, Number.NaN), tf.zeros(none.shape));
  const chosen = tf.add(tf.sum(tf.where(chosenAt, rows, tf.zerosLike(rows)), 1), penalty); // −∞ elsewhere does no harm
  return { rows, chosenAt, chosen, counts: tf.cast(flat, 'float32') };
}

/** The losses and the targets' weights [N]. */
function positions(
  logits: tf.Tensor3D,
  ids: tf.Tensor2D,
  real: tf.Tensor2D,
  { labelSmoothing = 0, classWeights, focal = 0 }: CrossEntropyOptions,
): { losses: tf.Tensor; weights: tf.Tensor } {
  const { rows, chosenAt, chosen, counts } = chosenLogits(logits, ids, real);
  const total = logSumExp(rows, 1); // [N]
  const nll = tf.sub(total, chosen);
  const weight = classWeights && tf.tensor2d([...classWeights], [1, classWeights.length]);
  const weights = weight ? tf.mul(tf.sum(tf.mul(tf.cast(chosenAt, 'float32'), weight), 1), counts) : counts;
  let losses: tf.Tensor = tf.mul(nll, weights);
  if (focal > 0) losses = tf.mul(losses, tf.pow(tf.maximum(tf.sub(1, tf.exp(tf.neg(nll))), 1e-7), focal));
  if (labelSmoothing > 0) {
    const spread = weight
      ? tf.sub(tf.mul(total, tf.mean(weight)), tf.mean(tf.mul(rows, weight), 1))
      : tf.sub(total, tf.mean(rows, 1));
    losses = tf.add(tf.mul(losses, 1 - labelSmoothing), tf.mul(tf.mul(spread, counts), labelSmoothing));
  }
  return { losses, weights };
}

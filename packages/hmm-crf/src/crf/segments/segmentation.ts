/** A way to cut sequences into labelled segments. */
import { asMask, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { before } from '../../chain/finite-chain.js';
import { knownBefore, lastKnown } from '../../chain/last-known.js';

/** As B- and I-tags are read: the label of each step, and where segments begin. */
export type Segmentation = {
  /** [B,T] int32; a segment's label is read at its last step. */
  readonly labels: tf.Tensor2D;
  /** [B,T], 1 = a segment begins; one does at the first real step in any case. Nothing is read at masked steps. */
  readonly begins: tf.Tensor2D;
};

/** Several ways to cut each sequence, and the score of each: labels and begins [B,n,T] as in Segmentation, scores [B,n]. */
export type Segmentations = {
  readonly labels: tf.Tensor3D;
  readonly begins: tf.Tensor3D;
  readonly scores: tf.Tensor2D;
};

/** Where segments end, [B,T] bool, and how many real steps there are from each step back to the beginning of its segment, itself not counted: [B,T] int32. */
export function segmentEnds(begins: tf.Tensor2D, mask: tf.Tensor2D): { ends: tf.Tensor2D; lengths: tf.Tensor2D } {
  dims('Segmentation', { mask: [mask, 'B T'], begins: [begins, 'B T'] });
  const real = asMask(mask);
  const first = tf.logicalNot(before(real));
  const starts = tf.logicalAnd<tf.Tensor2D>(real, tf.logicalOr(asMask(begins), first));
  const goesOn = tf.cast<tf.Tensor2D>(tf.logicalAnd(real, tf.logicalNot(starts)), 'int32');
  const goesOnNext = tf.reverse(knownBefore(tf.reverse(goesOn, 1), tf.reverse(real, 1)), 1);
  const place = tf.cumsum<tf.Tensor2D>(tf.cast(real, 'int32'), 1);
  return {
    ends: tf.logicalAnd(real, tf.logicalNot(asMask(goesOnNext))),
    lengths: tf.sub(place, lastKnown(place, starts)),
  };
}

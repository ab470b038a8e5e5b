/** What a chain of segments is made of. */
import { asMask, dims, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { withoutInfinity } from '../../chain/impossible.js';

/** Scores of all segments of a batch: values [B,T,L,K], mask [B,T], 1 = real. */
export type SegmentScores = {
  /** At [b,t,l,k]: of the segment of label k that ends at step t and is l+1 real steps long. What has no room in its sequence is never read. */
  readonly values: tf.Tensor4D;
  readonly mask: tf.Tensor2D;
};

/**
 * Log potentials of a batch of segmentations; −∞ forbids. A segmentation cuts the real steps of a sequence into segments of 1 to L steps, one label
 * each, and has the score initial[first label] + Σ segment + Σ transition[label, next label] + final[last label]. Masked steps are skipped, wherever
 * they stand: a segment reaches across them, and they add nothing to its length.
 */
export interface SegmentPotentials {
  /** [K] */
  readonly initial: tf.Tensor1D;
  /** [K] from × [K] to. */
  readonly transition: tf.Tensor2D;
  /** [K] */
  readonly final: tf.Tensor1D;
  readonly segments: SegmentScores;
}

/** The potentials and the mask as an op takes them. */
export type SegmentPart = 'initial' | 'final' | 'transition' | 'values' | 'mask';

export type SegmentSizes = { readonly B: number; readonly T: number; readonly L: number; readonly K: number };

/** Throws a ShapeError unless the parts fit together and none is empty. */
export function segmentSizes(where: string, { initial, transition, final, segments }: SegmentPotentials): SegmentSizes {
  const sizes = dims(where, {
    segments: [segments.values, 'B T L K'],
    mask: [segments.mask, 'B T'],
    initial: [initial, 'K'],
    transition: [transition, 'K K'],
    final: [final, 'K'],
  });
  const empty = Object.entries(sizes).find(([, size]) => size === 0);
  if (empty)
    throw new ShapeError(where, `\`segments\` [${segments.values.shape}] has ${empty[0]}=0: nothing to sum over`);
  return sizes;
}

/** The potentials as finite numbers: `impossible` for −∞, 0 at masked steps and where there is no room for a segment. */
export function finiteSegments({ initial, transition, final, segments }: SegmentPotentials): SegmentPotentials {
  const mask = asMask(segments.mask);
  const values = withoutInfinity(segments.values);
  const room = withinReach(tf.cumsum(tf.cast<tf.Tensor2D>(mask, 'int32'), 1), values.shape[2]);
  const read = tf.logicalAnd(room, tf.expandDims(mask, 2));
  return {
    initial: withoutInfinity(initial),
    transition: withoutInfinity(transition),
    final: withoutInfinity(final),
    segments: { values: tf.where(tf.expandDims(read, 3), values as tf.Tensor, tf.scalar(0)) as tf.Tensor4D, mask },
  };
}

/** Which of the lengths 1 to L are at most `steps`: [B,T] → [B,T,L]. */
function withinReach(steps: tf.Tensor2D, L: number): tf.Tensor {
  return tf.less(tf.range(0, L, 1, 'int32'), tf.expandDims<tf.Tensor>(steps, 2));
}

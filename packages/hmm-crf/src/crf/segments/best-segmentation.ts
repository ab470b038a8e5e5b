/** Viterbi over segments as an op. */
import { asMask, defineOp, detach, type Op, type Tensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { maxSemiring } from '../../chain/semirings/max.js';
import { bestSegmentationKernel } from './best-segmentation-kernel.js';
import { finiteSegments, type SegmentPart, type SegmentPotentials } from './segment-potentials.js';
import { segmentMessages } from './segment-sum.js';
import type { Segmentation } from './segmentation.js';
import { lastOf, type Step, walkBack } from './walk-back.js';

/**
 * The potentials of a chain of segments → labels and begins of its best segmentation, [B,T] int32 each, −1 and 0 at masked steps; of equally good ones
 * the one with the lowest label, then the shortest segment, from the end on.
 */
export const segmentBestPath: Op<SegmentPart, Record<string, never>> = defineOp({
  name: 'SegmentBestPath',
  inputs: ['initial', 'final', 'transition', 'values', 'mask'],
  outputs: 2,
  composed({ values, mask, ...parts }: Tensors<SegmentPart>) {
    return traceBack({ ...parts, segments: { values, mask } } as unknown as SegmentPotentials);
  },
  fused: bestSegmentationKernel,
});

/** The best segmentation; no gradient goes through it. Some segmentation where none is possible. */
export function bestSegmentation({ segments, ...potentials }: SegmentPotentials): Segmentation {
  const found = detach<tf.Tensor, tf.Tensor>(segments.values, (values) =>
    tf.stack(segmentBestPath({ ...potentials, values, mask: asMask(segments.mask) }, {})),
  );
  const [labels, begins] = tf.unstack(found) as [tf.Tensor2D, tf.Tensor2D];
  return { labels, begins };
}

function traceBack(potentials: SegmentPotentials): tf.Tensor[] {
  const finite = finiteSegments(potentials);
  const messages = segmentMessages(maxSemiring, finite);
  const { labels, begins } = walkBack(messages, finite, best(lastOf(messages, finite)), best);
  return [tf.squeeze(labels, [1]), tf.squeeze(begins, [1])];
}

/** Of alternatives [B,1,A,1] the best. */
function best(alternatives: tf.Tensor): Step {
  const state = tf.argMax(tf.squeeze(alternatives, [3]), 2);
  return { state, rank: tf.zerosLike(state) };
}

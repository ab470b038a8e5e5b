/** Viterbi over segments as an op; composed, its traceback goes from the end of each segment to that of the one before, all sequences side by side. */
import { asMask, defineOp, detach, type Op, type Tensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { maxSemiring } from '../../chain/semirings/max.js';
import { timeSteps } from '../../chain/time-steps.js';
import { bestSegmentationKernel } from './best-segmentation-kernel.js';
import { finiteSegments, type SegmentPart, type SegmentPotentials } from './segment-potentials.js';
import { segmentMessages } from './segment-sum.js';
import type { Segmentation } from './segmentation.js';

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
  const { transition, final, segments } = finite;
  const [B, , , K] = segments.values.shape;
  const messages = segmentMessages(maxSemiring, finite);
  const real = timeSteps(segments.mask);
  const before = tf.transpose(transition);
  let after = tf.add(final, tf.zeros([B, K])); // the score of what comes after a segment, by its label
  let label: tf.Tensor = tf.zeros([B], 'int32');
  let left: tf.Tensor = tf.zeros([B], 'int32'); // real steps before this one in the segment that it is in
  const [none, one] = [tf.fill([B], -1, 'int32'), tf.ones([B], 'int32')];
  const [labels, begins]: [tf.Tensor[], tf.Tensor[]] = [[], []];
  for (let t = messages.length - 1; t >= 0; t--) {
    const { ending, ended } = messages[t]!;
    const ends = tf.logicalAnd(real[t]!, tf.equal(left, 0));
    label = tf.where(ends, tf.argMax(tf.add(ended, after), 1), label);
    const lengths = tf.argMax(ending, 2); // [B,K]
    const own = tf.equal(tf.expandDims(label, 1), tf.range(0, K, 1, 'int32'));
    const length = tf.sum(tf.where(own, lengths, tf.zerosLike(lengths)), 1);
    left = tf.where(ends, length, tf.where(real[t]!, tf.sub(left, one), left));
    const starts = tf.logicalAnd(real[t]!, tf.equal(left, 0));
    after = tf.where(tf.expandDims(starts, 1), tf.gather(before, label as tf.Tensor1D), after);
    labels.unshift(tf.where(real[t]!, label, none));
    begins.unshift(starts);
  }
  return [tf.stack(labels, 1), tf.cast(tf.stack(begins, 1), 'int32')];
}

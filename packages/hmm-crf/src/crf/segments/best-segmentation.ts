/** Viterbi over segments: its traceback jumps, one sequence at a time in a batch, from the end of a segment to that of the one before. */
import * as tf from '@tensorflow/tfjs-core';
import { maxSemiring } from '../../chain/semirings/max.js';
import { timeSteps } from '../../chain/time-steps.js';
import { finiteSegments, type SegmentPotentials } from './segment-potentials.js';
import { segmentMessages } from './segment-sum.js';
import type { Segmentation } from './segmentation.js';

/** The best segmentation, labels −1 and begins 0 at masked steps; of equally good ones the one with the lowest label, then the shortest segment, from the end on. No gradient goes through it. */
export function bestSegmentation(potentials: SegmentPotentials): Segmentation {
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
  return { labels: tf.stack(labels, 1) as tf.Tensor2D, begins: tf.stack(begins, 1) as tf.Tensor2D };
}

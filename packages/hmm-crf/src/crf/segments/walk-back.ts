/** Segmentations read back from messages: from the end of each segment to that of the one before, all sequences side by side, several of each at once. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../../chain/rows-of.js';
import { timeSteps } from '../../chain/time-steps.js';
import type { SegmentPotentials } from './segment-potentials.js';
import type { SegmentMessages } from './segment-sum.js';

/** What is chosen of alternatives, and which of the ways to it, where messages hold several: [B,n] int32 each. */
export interface Step {
  readonly state: tf.Tensor;
  readonly rank: tf.Tensor;
}

/** Chooses for n walks by the score of alternatives [B,1 or n,A,m] and by the ranks [B,n] that were chosen before. */
export type Choose = (alternatives: tf.Tensor, rank: tf.Tensor) => Step;

type Messages = readonly SegmentMessages<tf.Tensor>[];

/** The alternatives for the last label: [B,1,K,m]. */
export function lastOf(messages: Messages, { final }: SegmentPotentials): tf.Tensor {
  const ended = withRanks(messages.at(-1)!.ended, 2);
  return tf.expandDims(tf.add(ended, tf.reshape(final, [1, -1, 1])), 1);
}

/** Labels and begins of n segmentations per sequence that have the given last labels, [B,n,T] int32 each; −1 and 0 at masked steps. From finite potentials. */
export function walkBack(
  messages: Messages,
  { transition, segments }: SegmentPotentials,
  last: Step,
  choose: Choose,
): { labels: tf.Tensor3D; begins: tf.Tensor3D } {
  const real = timeSteps(segments.mask).map((step) => tf.expandDims(step, 1));
  const into = tf.expandDims<tf.Tensor3D>(tf.transpose(transition), 0); // [1,to,from]
  let { state: label, rank } = last;
  let left: tf.Tensor = tf.zerosLike(label); // real steps before this one in the segment that it is in
  const [none, one] = [tf.fill(label.shape, -1, 'int32'), tf.onesLike(label)];
  const [labels, begins]: [tf.Tensor[], tf.Tensor[]] = [[], []];
  for (let t = messages.length - 1; t >= 0; t--) {
    const ends = tf.logicalAnd(real[t]!, tf.equal(left, 0));
    const length = choose(ofLabel(messages[t]!.ending, label), rank);
    left = tf.where(ends, length.state, tf.where(real[t]!, tf.sub(left, one), left));
    rank = tf.where(ends, length.rank, rank);
    const starts = tf.logicalAnd(real[t]!, tf.equal(left, 0));
    labels.unshift(tf.where(real[t]!, label, none));
    begins.unshift(starts);
    if (t === 0) break;
    const ended = tf.expandDims(withRanks(messages[t - 1]!.ended, 2), 1); // [B,1,K,m]
    const from = choose(tf.add(ended, tf.expandDims(rowsOf(into, label), 3)), rank);
    label = tf.where(starts, from.state, label);
    rank = tf.where(starts, from.rank, rank);
  }
  return { labels: tf.stack(labels, 2) as tf.Tensor3D, begins: tf.cast(tf.stack(begins, 2), 'int32') as tf.Tensor3D };
}

/** The lengths of segments of a label that end at a step: [B,K,L] or [B,K,L,m], label [B,n] → [B,n,L,m]. */
function ofLabel(ending: tf.Tensor, label: tf.Tensor): tf.Tensor {
  const [B, K, L, m] = withRanks(ending, 3).shape as [number, number, number, number];
  return tf.reshape(rowsOf(tf.reshape(ending, [B, K, L * m]), label), [B, label.shape[1]!, L, m]);
}

/** An axis for the ways to each entry, where there is none: one way. */
function withRanks(message: tf.Tensor, rank: number): tf.Tensor {
  return message.rank === rank ? tf.expandDims(message, rank) : message;
}

/** Several segmentations of each sequence: the k best, and draws. */
import { detach, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { drawIndices } from '../../chain/draw-indices.js';
import { impossible } from '../../chain/impossible.js';
import { atRank } from '../../chain/k-best-paths.js';
import type { Semiring } from '../../chain/semiring.js';
import { filled, kMaxSemiring } from '../../chain/semirings/k-max.js';
import { logSemiring } from '../../chain/semirings/log.js';
import { finiteSegments, type SegmentPotentials } from './segment-potentials.js';
import { segmentMessages } from './segment-sum.js';
import { lastOf, type Step, walkBack } from './walk-back.js';

/** n segmentations of each sequence: labels and begins [B,n,T] int32. What stands where `possible` [B,n] is 0 is none. */
export interface SeveralSegmentations {
  readonly labels: tf.Tensor3D;
  readonly begins: tf.Tensor3D;
  readonly possible: tf.Tensor2D;
}

/** The k best, best first. */
export function bestSegmentations(potentials: SegmentPotentials, k: number): SeveralSegmentations {
  return withoutGradient(potentials, (finite) => {
    const messages = segmentMessages(listsOf(k), finite);
    const { mask } = finite.segments;
    const ranks = tf.add(tf.zeros([mask.shape[0], 1], 'int32'), tf.range(0, k, 1, 'int32'));
    const last = atRank(lastOf(messages, finite), ranks);
    const found = tf.greater(last.score(), impossible / 2);
    const possible = tf.where(tf.any(mask, 1, true), found, tf.equal(ranks, 0)) as tf.Tensor2D;
    return { ...walkBack(messages, finite, last, atRank), possible };
  });
}

/** n drawn independently, each with its probability. */
export function drawnSegmentations(potentials: SegmentPotentials, n: number, rng: Rng): SeveralSegmentations {
  return withoutGradient(potentials, (finite) => {
    const messages = segmentMessages(logSemiring, finite);
    const draw = (alternatives: tf.Tensor): Step => {
      const [B, , size] = alternatives.shape as [number, number, number];
      const state = drawIndices(tf.add(tf.squeeze(alternatives, [3]), tf.zeros([B, n, size])), rng);
      return { state, rank: tf.zerosLike(state) };
    };
    const ends = lastOf(messages, finite);
    const possible = tf.greater(tf.max(ends, [1, 2, 3]), impossible / 2);
    const empty = tf.logicalNot(tf.any(finite.segments.mask, 1));
    const each = tf.ones([1, n], 'bool');
    const any = tf.logicalAnd(tf.expandDims(tf.logicalOr(possible, empty), 1), each) as tf.Tensor2D;
    return { ...walkBack(messages, finite, draw(ends), draw), possible: any };
  });
}

/** k-max with sums that always have k entries, so that they can stand side by side. */
function listsOf(k: number): Semiring<tf.Tensor> {
  const semiring = kMaxSemiring(k);
  return { ...semiring, sum: (alternatives) => filled(semiring.sum(alternatives), k) };
}

function withoutGradient(
  { segments, ...potentials }: SegmentPotentials,
  answer: (finite: SegmentPotentials) => SeveralSegmentations,
): SeveralSegmentations {
  const T = segments.mask.shape[1];
  const all = detach<tf.Tensor, tf.Tensor>(segments.values, (values) => {
    const finite = finiteSegments({ ...potentials, segments: { values: values as tf.Tensor4D, mask: segments.mask } });
    const { labels, begins, possible } = answer(finite);
    return tf.concat([labels, begins, tf.cast(tf.expandDims(possible, 2), 'int32')], 2);
  });
  const [labels, begins, possible] = tf.split(all, [T, T, 1], 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  return { labels, begins, possible: tf.cast(tf.squeeze<tf.Tensor2D>(possible, [2]), 'bool') };
}

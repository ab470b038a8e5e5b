/** The recursion over segments (Sarawagi and Cohen 2004), over a semiring: a fixed number of ops per step, whatever the lengths and labels. */
import * as tf from '@tensorflow/tfjs-core';
import { widen } from '../../chain/finite-chain.js';
import { impossible } from '../../chain/impossible.js';
import type { Semiring } from '../../chain/semiring.js';
import { timeSteps } from '../../chain/time-steps.js';
import { finiteSegments, type SegmentPotentials } from './segment-potentials.js';

/** What is known at a step, given as the sum over the segmentations so far. */
export interface SegmentMessages {
  /** [B,K,L]: those in which a segment ends here, by its label and length; what a masked step holds means nothing. */
  readonly ending: tf.Tensor;
  /** [B,K]: those that end at the last real step up to here, by the label there; impossible before the first. */
  readonly ended: tf.Tensor;
}

/** ⊕ over all segmentations of the ⊗ of their potentials, per sequence [B]; a sequence without a real step has one, of score 0. */
export function segmentSum(semiring: Semiring<tf.Tensor>, potentials: SegmentPotentials): tf.Tensor1D {
  return tf.tidy(() => {
    const finite = finiteSegments(potentials);
    const { ended } = segmentMessages(semiring, finite).at(-1)!;
    const total = semiring.lower(semiring.sum(semiring.times(ended, semiring.lift(tf.expandDims(finite.final, 0)))));
    return tf.where(tf.any(finite.segments.mask, 1), total, tf.zerosLike(total)) as tf.Tensor1D;
  });
}

/** The messages of each step, from finite potentials. */
export function segmentMessages(semiring: Semiring<tf.Tensor>, potentials: SegmentPotentials): SegmentMessages[] {
  const { lift, times, sum, where } = semiring;
  const { values, mask } = potentials.segments;
  const [B, T, L, K] = values.shape;
  const segments = timeSteps(lift(tf.transpose(values, [0, 1, 3, 2]))); // [B,K,L] each
  const [labels, windows] = [
    [T, K],
    [T, K, L],
  ].map((sizes) => timeSteps(widen(mask, [B, ...sizes])));
  const into = lift(tf.expandDims(tf.transpose(potentials.transition), 0)); // [1,to,from]
  const nothing = lift(tf.fill([B, K, Math.max(1, L - 1)], impossible));
  // Entry l: the sum over what comes before a segment of length l+1 that ends at the next real step.
  let window = shifted(lift(tf.add(potentials.initial, tf.zeros([B, K]))), nothing, L);
  let ended: tf.Tensor = lift(tf.fill([B, K], impossible));
  const messages: SegmentMessages[] = [];
  for (let t = 0; t < T; t++) {
    const ending = times(window, segments[t]!);
    ended = where(labels![t]!, sum(ending), ended);
    messages.push({ ending, ended });
    if (t === T - 1) break;
    const next = sum(times(semiring.expandDims(ended, 1), into));
    window = where(windows![t]!, shifted(next, window, L), window);
  }
  return messages;
}

/** `newest` [B,K] in front of `window` [B,K,…], L entries of both. */
function shifted(newest: tf.Tensor, window: tf.Tensor, L: number): tf.Tensor {
  const front = tf.expandDims(newest, 2);
  const [B, K] = newest.shape as [number, number];
  return L === 1 ? front : tf.concat([front, tf.slice(window, [0, 0, 0], [B, K, L - 1])], 2);
}

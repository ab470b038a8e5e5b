/** The recursion over segments (Sarawagi and Cohen 2004), over a semiring: a fixed number of ops per step, whatever the lengths and labels. */
import * as tf from '@tensorflow/tfjs-core';
import { widen } from '../../chain/finite-chain.js';
import { impossible } from '../../chain/impossible.js';
import type { Semiring } from '../../chain/semiring.js';
import { timeSteps } from '../../chain/time-steps.js';
import { finiteSegments, type SegmentPotentials } from './segment-potentials.js';

/** What is known at a step, given as the sum over the segmentations so far. */
export interface SegmentMessages<E> {
  /** [B,K,L]: those in which a segment ends here, by its label and length; what a masked step holds means nothing. */
  readonly ending: E;
  /** [B,K]: those that end at the last real step up to here, by the label there; impossible before the first. */
  readonly ended: E;
}

/** ⊕ over all segmentations of the ⊗ of their potentials, per sequence [B]; a sequence without a real step has one, of score 0. */
export function segmentSum<E>(semiring: Semiring<E>, potentials: SegmentPotentials): tf.Tensor1D {
  return tf.tidy(() => {
    const finite = finiteSegments(potentials);
    const { mask } = finite.segments;
    const { ended } = segmentMessages(semiring, finite).at(-1)!;
    const total = semiring.sum(semiring.times(ended, semiring.lift(tf.expandDims(finite.final, 0))));
    const one = semiring.lift(tf.zeros([mask.shape[0]]));
    return semiring.lower(semiring.where(tf.any(mask, 1), total, one)) as tf.Tensor1D;
  });
}

/** The messages of each step, from finite potentials. */
export function segmentMessages<E>(semiring: Semiring<E>, potentials: SegmentPotentials): SegmentMessages<E>[] {
  const { lift, times, sum, where } = semiring;
  const { values, mask } = potentials.segments;
  const [B, T, L, K] = values.shape;
  const segments = timeSteps(tf.transpose(values, [0, 1, 3, 2])).map((step) => lift(step)); // [B,K,L] each
  const [labels, windows] = [
    [T, K],
    [T, K, L],
  ].map((sizes) => timeSteps(widen(mask, [B, ...sizes])));
  const into = lift(tf.expandDims(tf.transpose(potentials.transition), 0)); // [1,to,from]
  // Sums of one, as those that come after: some semirings give them axes that what is lifted has not.
  const nothing = sum(lift(tf.fill([B, K, Math.max(1, L - 1), 1], impossible)));
  // Entry l: the sum over what comes before a segment of length l+1 that ends at the next real step.
  let window = shifted(sum(lift(tf.add(tf.expandDims(potentials.initial, 1), tf.zeros([B, K, 1])))), nothing, L);
  let ended = sum(lift(tf.fill([B, K, 1], impossible)));
  const messages: SegmentMessages<E>[] = [];
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

/** `newest` [B,K] in front of `window` [B,K,…], L entries of both; in each tensor that an element is made of. */
function shifted<E>(newest: E, window: E, L: number): E {
  if (newest instanceof tf.Tensor) return shiftedTensor(newest, window as tf.Tensor, L) as E;
  const parts = Object.entries(newest as Record<string, tf.Tensor>);
  const rest = window as Record<string, tf.Tensor>;
  return Object.fromEntries(parts.map(([name, part]) => [name, shiftedTensor(part, rest[name]!, L)])) as E;
}

function shiftedTensor(newest: tf.Tensor, window: tf.Tensor, L: number): tf.Tensor {
  const front = tf.expandDims(newest, 2);
  const [B, K] = newest.shape as [number, number];
  return L === 1 ? front : tf.concat([front, tf.slice(window, [0, 0, 0], [B, K, L - 1])], 2);
}

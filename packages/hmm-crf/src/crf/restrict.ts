/** Known labels, and labels known in part: one restriction, in training and in decoding. */
import { dims, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type PartialLabels, restricted } from '../chain/restriction.js';

/**
 * Emissions [B,T,K] with −∞ for every label that a step cannot have: whatever a CRF answers about them is its answer given what is known (decoding
 * with some labels known, partial labels in training, labels that a dictionary admits). It makes a tensor: call it inside `tf.tidy`.
 * Throws a ShapeError where the labels do not fit, a DataError on one that is none.
 */
export function restrict({ values, mask }: Sequence, labels: PartialLabels): Sequence {
  const { K } = dims('restrict', { emissions: [values, 'B T K'], mask: [mask, 'B T'] });
  return tf.tidy(() => {
    const chain = { initial: tf.zeros<tf.Rank.R1>([K]), transition: tf.zeros<tf.Rank.R2>([K, K]), mask };
    return { values: restricted({ ...chain, emission: values }, { labels }).emission, mask };
  });
}

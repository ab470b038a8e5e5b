/** Segment scores from scores of steps. */
import { asMask, count, dims, keepWhere, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { before } from '../../chain/finite-chain.js';
import { knownBefore } from '../last-known.js';
import type { SegmentScores } from './segment-potentials.js';

/** The sum of the emissions of the steps of each segment of 1 to `maxLength` real steps: [B,T,K] → [B,T,L,K], by additions only, so that long sequences lose no precision. With emissions that `restrict` made, segments keep to what is known of their steps. */
export function sumOverSegments({ values, mask }: Sequence, maxLength: number): SegmentScores {
  const { B, T, K } = dims('sumOverSegments', { emissions: [values, 'B T K'], mask: [mask, 'B T'] });
  count('sumOverSegments', 'maxLength', maxLength);
  return tf.tidy(() => {
    const real = asMask(mask);
    const own = keepWhere(real, values);
    const steps = tf.add(tf.range(0, T, 1, 'int32'), tf.zeros([B, T], 'int32')) as tf.Tensor2D;
    const rows = tf.add(knownBefore(steps, real), tf.reshape(tf.range(0, B * T, T, 'int32'), [B, 1]));
    const previous = tf.reshape<tf.Rank.R1>(rows, [B * T]);
    const exists = before(real);
    const sums = [own];
    for (let length = 2; length <= maxLength; length++) {
      const shorter = tf.gather(tf.reshape(sums.at(-1)!, [B * T, K]), previous);
      sums.push(tf.add(own, keepWhere(exists, tf.reshape(shorter, [B, T, K]))));
    }
    return { values: tf.stack(sums, 2) as tf.Tensor4D, mask: real };
  });
}

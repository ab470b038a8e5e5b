/** Label smoothing over whole paths: some of the target's weight goes to all paths alike. */
import { OptionError, type Sequence, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainCRF } from '../chain-crf.js';
import { above } from './above.js';
import { averageScore } from './average-score.js';

/**
 * The cross-entropy with (1 − smoothing)·labels + smoothing·(uniform over all paths that are not forbidden), exact, per sequence: emissions
 * [B,T,K], labels [B,T] int32 → [B]. With smoothing 0 it is −log p(labels). Throws as LinearChain.score, and an OptionError unless 0 ≤ smoothing < 1.
 */
export function smoothedLoss(crf: ChainCRF, emissions: Sequence, labels: tf.Tensor2D, smoothing: number): tf.Tensor1D {
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new OptionError('smoothedLoss', `\`smoothing\` must be at least 0 and below 1, got ${show(smoothing)}`);
  }
  return tf.tidy(() => {
    const own = tf.mul(1 - smoothing, crf.score(emissions, labels));
    const other = tf.mul(smoothing, averageScore(crf.potentials(emissions)));
    return above(crf.logPartition(emissions), tf.add(own, other));
  });
}

/** Label smoothing over whole paths: some of the target's weight goes to all paths alike. */
import { detach, OptionError, type Sequence, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from '../../chain/chain-potentials.js';
import { before, finiteChain } from '../../chain/finite-chain.js';
import { impossible } from '../../chain/impossible.js';
import { LinearChain } from '../../chain/linear-chain.js';
import type { ChainCRF } from '../chain-crf.js';
import { above } from './above.js';

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

/** The mean of the scores of all possible paths, [B]: each potential times the share of paths that it lies on. */
function averageScore(potentials: ChainPotentials): tf.Tensor1D {
  const { initial, transition, final, emission, mask } = finiteChain(potentials);
  const flat = new LinearChain({
    initial: flatten(initial),
    transition: flatten(transition),
    final: flatten(final),
    emission: flatten(emission),
    mask,
  });
  const [at, pairs] = [flat.marginals(), flat.pairMarginals()];
  const [first, last] = [false, true].map((reverse) => tf.logicalAnd(mask, tf.logicalNot(before(mask, reverse))));
  const ends = tf.add(tf.mul(column(first!), initial), tf.mul(column(last!), final));
  const steps = tf.sum(tf.mul(at, tf.add(emission, ends)), [1, 2]);
  return tf.add(steps, tf.sum(tf.mul(pairs, transition), [1, 2, 3]));
}

/** 0 where something is possible and −∞ where it is not, as a constant. */
function flatten<T extends tf.Tensor>(x: T): T {
  return detach(x, (values) => {
    const low = tf.lessEqual(values, impossible);
    return tf.where(low, tf.fill(x.shape, -Infinity), tf.zerosLike(x)) as T;
  });
}

function column(mask: tf.Tensor): tf.Tensor {
  return tf.expandDims(tf.cast(mask, 'float32'), 2);
}

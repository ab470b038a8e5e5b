/** Losses with a margin: a path must be better than another by what taking that other one would cost. */
import type { Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainCRF } from '../chain-crf.js';
import { above } from './above.js';
import { withCosts } from './costs.js';

/**
 * Softmax-margin (Gimpel and Smith 2010): log Σ exp(score + cost) − score of the labels, per sequence; a bound on both the likelihood's loss and the
 * expected cost. Emissions and costs [B,T,K], labels [B,T] int32 → [B]. Throws as LinearChain.score.
 */
export function softmaxMarginLoss(
  crf: ChainCRF,
  emissions: Sequence,
  labels: tf.Tensor2D,
  costs: tf.Tensor3D,
): tf.Tensor1D {
  return tf.tidy(() => above(crf.logPartition(withCosts(emissions, costs)), crf.score(emissions, labels)));
}

/** Structured hinge (Taskar et al. 2003, Tsochantaridis et al. 2005, margin rescaling): max(score + cost) − score of the labels, [B]. Arguments as above. */
export function structuredHingeLoss(
  crf: ChainCRF,
  emissions: Sequence,
  labels: tf.Tensor2D,
  costs: tf.Tensor3D,
): tf.Tensor1D {
  return tf.tidy(() => above(crf.bestScore(withCosts(emissions, costs)), crf.score(emissions, labels)));
}

/** Structured perceptron (Collins 2002): the best path's score − that of the labels, [B]; 0 once they are best. Arguments as above. */
export function structuredPerceptronLoss(crf: ChainCRF, emissions: Sequence, labels: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => above(crf.bestScore(emissions), crf.score(emissions, labels)));
}

/** Minimum-risk training (Smith and Eisner 2006): what the model's labels cost on average. */
import { dims, keepWhere, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainCRF } from '../chain-crf.js';

/** The expected cost of a path under the model, exact: emissions and costs [B,T,K] → [B]. */
export function minimumRiskLoss(crf: ChainCRF, emissions: Sequence, costs: tf.Tensor3D): tf.Tensor1D {
  dims('minimumRiskLoss', { emissions: [emissions.values, 'B T K'], costs: [costs, 'B T K'] });
  return tf.tidy(() => tf.sum(tf.mul(crf.marginals(emissions), keepWhere(emissions.mask, costs)), [1, 2]));
}

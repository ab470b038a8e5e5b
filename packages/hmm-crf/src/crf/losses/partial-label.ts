/** Learning from labels known in part (Tsuboi et al. 2008): the likelihood of all paths that they allow, together. */
import type { Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { PartialLabels } from '../../chain/restriction.js';
import type { ChainCRF } from '../chain-crf.js';
import { restrict } from '../restrict.js';
import { above } from './above.js';

/**
 * −log p(the labels are as known) per sequence: emissions [B,T,K], labels that are known, unknown (−1) or one of a set → [B]. ∞, without a gradient,
 * where no such path is allowed. Throws as `restrict`.
 */
export function partialLabelLoss(crf: ChainCRF, emissions: Sequence, labels: PartialLabels): tf.Tensor1D {
  return tf.tidy(() => above(crf.logPartition(emissions), crf.logPartition(restrict(emissions, labels))));
}

/** Emissions from sparse features, as in a feature CRF, to be added to those of a network. */
import { count, DataError, dims, gatherRows, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ActiveFeatures } from './active-features.js';

export interface SparseFeaturesOptions {
  /** F: how many features there are. */
  featureCount: number;
  /** K: how many labels there are. */
  labelCount: number;
}

/**
 * A weight for each feature and label, 0 at first: the emission of a label is the sum of its weights for the features that are active. Where `train`
 * computes the gradients (cpu, wasm), a step of training reads and updates the rows of active features only.
 *
 * Together with a network, in one CRF:
 * ```ts
 * const vocabulary = AttributeVocabulary.build(sentences, { minFreq: 2 }); // items as the feature CRF takes them
 * const sparse = new SparseFeatures({ featureCount: vocabulary.size, labelCount });
 * const emissions = ({ items, words }) => {
 *   const { values, mask } = network.forward(words); // [B,T,K]
 *   return { values: tf.add(values, sparse.forward(activeFeatures(items, vocabulary, values.shape[1]))), mask };
 * };
 * const loss = (batch) => crf.loss(emissions(batch), batch.labels);
 * ```
 */
export class SparseFeatures extends Module {
  readonly featureCount: number;
  readonly labelCount: number;
  readonly weight: tf.Variable<tf.Rank.R2>; // [F,K]

  constructor(options: SparseFeaturesOptions) {
    super();
    knownOptions('SparseFeatures', options, ['featureCount', 'labelCount']);
    this.featureCount = count('SparseFeatures', 'featureCount', options.featureCount);
    this.labelCount = count('SparseFeatures', 'labelCount', options.labelCount);
    this.weight = parameter([this.featureCount, this.labelCount], zeros);
  }

  /** ids and values [B,T,N] → emissions [B,T,K]. Throws a DataError on an id above F − 1, where the backend sees it (cpu, wasm). */
  forward({ ids, values }: ActiveFeatures): tf.Tensor3D {
    const { B, T, N } = dims('SparseFeatures', { ids: [ids, 'B T N'], values: [values ?? ids, 'B T N'] });
    return tf.tidy(() => {
      const whole = tf.reshape<tf.Rank.R1>(tf.cast(ids, 'int32'), [-1]);
      const active = tf.greaterEqual(whole, 0);
      const ones = tf.cast(active, 'float32');
      const share = values ? tf.where(active, tf.reshape<tf.Rank.R1>(values, [-1]), tf.zerosLike(ones)) : ones;
      const rows = this.#rows(tf.where(active, whole, tf.zerosLike(whole)));
      const weighted = tf.mul(rows, tf.expandDims(share, 1));
      return tf.sum(tf.reshape(weighted, [B, T, N, this.labelCount]), 2);
    });
  }

  #rows(ids: tf.Tensor): tf.Tensor {
    try {
      return gatherRows(this.weight, ids);
    } catch (cause) {
      const problem = `feature ids must be below ${this.featureCount}, or −1 for none`;
      throw new DataError('SparseFeatures.forward', problem, { cause, hint: (cause as Error).message });
    }
  }
}

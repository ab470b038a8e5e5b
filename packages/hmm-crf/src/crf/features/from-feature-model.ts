/** A trained sparse CRF as modules, to be trained on, alone or beside a network. */
import * as tf from '@tensorflow/tfjs-core';
import { checkModel } from '../../feature-crf/check-model.js';
import type { FeatureModel } from '../../feature-crf/feature-model.js';
import { CRF } from '../crf.js';
import { SparseFeatures } from './sparse-features.js';

/**
 * The same labels, attributes (`activeFeatures(items, model.attributes)`) and scores, in float32; labels and attributes that the model joins by no feature
 * have the weight 0. Throws a DataError where the model's arrays do not fit together.
 */
export function fromFeatureModel(model: FeatureModel): { sparse: SparseFeatures; crf: CRF } {
  checkModel(model);
  const [F, K] = [model.attributes.size, model.labels.length];
  const sparse = new SparseFeatures({ featureCount: F, labelCount: K });
  const crf = new CRF({ labelCount: K });
  tf.tidy(() => {
    sparse.weight.assign(tf.tensor2d(dense(model.stateOffsets, model.stateLabels, model.stateWeights, F, K), [F, K]));
    const { transitionOffsets, transitionLabels, transitionWeights } = model;
    crf.transition.assign(tf.tensor2d(dense(transitionOffsets, transitionLabels, transitionWeights, K, K), [K, K]));
    for (const ends of [crf.initial, crf.final]) ends.assign(tf.zeros([K]));
  });
  return { sparse, crf };
}

function dense(offsets: Int32Array, columns: Int32Array, weights: Float64Array, rows: number, K: number): Float32Array {
  const out = new Float32Array(rows * K);
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) out[row * K + columns[at]!] = weights[at]!;
  }
  return out;
}

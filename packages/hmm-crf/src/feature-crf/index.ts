/** @seqloom/hmm-crf/feature-crf: conditional random fields over sparse features, in float64, without tfjs. */

export type { AttributeTable, FeatureModel } from './feature-model.js';

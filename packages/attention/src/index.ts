/** @seqloom/attention: scorers × masks × normalisers, and their composition. */

export { Attention, type AttentionOptions } from './attention.js';
export { allOf, causalMask, keyMask } from './masks.js';
export { MultiHead, type MultiHeadOptions, type Projection } from './multi-head.js';

// normalisers
export { entmax, entmax15, sparsemax } from './normalizers/entmax.js';
export { type GumbelSoftmaxOptions, gumbelSoftmax } from './normalizers/gumbel-softmax.js';
export { hard } from './normalizers/hard.js';
export { sigmoid } from './normalizers/sigmoid.js';
export { softmax, softmaxWithTemperature } from './normalizers/softmax.js';
export { topK } from './normalizers/top-k.js';

// scorers
export { AdditiveScore, type AdditiveScoreOptions } from './scorers/additive.js';
export { DotScore } from './scorers/dot.js';
export { GeneralScore, type GeneralScoreOptions } from './scorers/general.js';
export { ScaledDotScore } from './scorers/scaled-dot.js';

/** @seqloom/attention: scorers × masks × normalisers, and their composition. */

export type { Attended, AttentionOptions } from './attention.js';
export { Attention } from './attention.js';
export { allOf, causalMask, keyMask } from './masks.js';
export type { MultiHeadOptions, Projection } from './multi-head.js';
export { MultiHead } from './multi-head.js';

// normalizers
export { softmax } from './normalizers/softmax.js';

// scorers
export type { AdditiveScoreOptions } from './scorers/additive.js';
export { AdditiveScore } from './scorers/additive.js';
export { DotScore } from './scorers/dot.js';
export { ScaledDotScore } from './scorers/scaled-dot.js';

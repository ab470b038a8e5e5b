/** @seqloom/attention: scorers × masks × normalisers, and their composition. */

export { Attention, type AttentionOptions, type Normalizes } from './attention.js';
export { ChunkedAttention, type ChunkedAttentionOptions } from './chunked/chunked-attention.js';
export type { ShowsWeights, WeightsOptions } from './chunked/pattern.js';
export { GroupedQuery, type GroupedQueryOptions } from './grouped-query.js';
export type { Projected, Projection, Recalls } from './heads.js';
// without softmax
export { LinearAttention, type LinearAttentionOptions } from './linear/linear-attention.js';
export { eluPlusOne, Retention, type RetentionOptions, type RetentionState } from './linear/retention.js';
export { attentionEntropy, coverage, headConfidence, headImportance } from './looking.js';
export { allOf, blockMask, causalMask, keyMask, prefixMask, segmentMask, windowMask } from './masks.js';
export { MultiHead, type MultiHeadOptions } from './multi-head.js';
// normalisers
export { entmax, entmax15, sparsemax } from './normalizers/entmax.js';
export { type GumbelSoftmaxOptions, gumbelSoftmax } from './normalizers/gumbel-softmax.js';
export { hard } from './normalizers/hard.js';
export {
  type MochaOptions,
  type MonotonicForm,
  type MonotonicOptions,
  mocha,
  monotonic,
} from './normalizers/monotonic.js';
export { sigmoid } from './normalizers/sigmoid.js';
export { Sinks, type SinksOptions } from './normalizers/sinks.js';
export { softmax, softmaxWithTemperature } from './normalizers/softmax.js';
export type { StatefulNormalizer } from './normalizers/stateful.js';
export { type KeyChain, type StructuredOptions, structured } from './normalizers/structured.js';
export { topK } from './normalizers/top-k.js';
// pooling
export { AttentionPooling, type AttentionPoolingOptions } from './pooling/attention-pooling.js';
export { HierarchicalPooling, type HierarchicalPoolingOptions } from './pooling/hierarchical-pooling.js';
// positions
export { AlibiScore, type AlibiScoreOptions } from './positions/alibi.js';
export { BucketedScore, type BucketedScoreOptions } from './positions/bucketed.js';
export { LearnedPositions, type LearnedPositionsOptions } from './positions/learned.js';
export {
  type PositionedKeys,
  type RotaryLayout,
  RotaryScore,
  type RotaryScoreOptions,
  rotate,
} from './positions/rotary.js';
export { ShawScore, type ShawScoreOptions } from './positions/shaw.js';
export { sinusoidal } from './positions/sinusoidal.js';
export type { CountedKeys } from './real-keys.js';

// scorers
export { AdditiveScore, type AdditiveScoreOptions } from './scorers/additive.js';
export { ConcatScore, type ConcatScoreOptions } from './scorers/concat.js';
export { CosineScore, type CosineScoreOptions } from './scorers/cosine.js';
export { CoverageScore, type CoverageScoreOptions } from './scorers/coverage.js';
export { DeepScore, type DeepScoreOptions } from './scorers/deep.js';
export { DotScore } from './scorers/dot.js';
export { DynamicConvolutionScore, type DynamicConvolutionScoreOptions } from './scorers/dynamic-convolution.js';
export { ForwardScore, type ForwardScoreOptions, type SuccessiveKeys } from './scorers/forward.js';
export {
  GaussianDistanceScore,
  type GaussianDistanceScoreOptions,
  type PlacedKeys,
} from './scorers/gaussian-distance.js';
export { GaussianMixtureScore, type GaussianMixtureScoreOptions } from './scorers/gaussian-mixture.js';
export { GeneralScore, type GeneralScoreOptions } from './scorers/general.js';
export { LearnedQueryScore, type LearnedQueryScoreOptions } from './scorers/learned-query.js';
export { LocalMonotonicScore, type LocalMonotonicScoreOptions } from './scorers/local-monotonic.js';
export { LocalPredictiveScore, type LocalPredictiveScoreOptions } from './scorers/local-predictive.js';
export { LocationScore, type LocationScoreOptions } from './scorers/location.js';
export { LocationSensitiveScore, type LocationSensitiveScoreOptions } from './scorers/location-sensitive.js';
export { NormedAdditiveScore, type NormedAdditiveScoreOptions } from './scorers/normed-additive.js';
export { QueryKeyNormScore, type QueryKeyNormScoreOptions } from './scorers/query-key-norm.js';
export { ScaledDotScore } from './scorers/scaled-dot.js';
export { scorer } from './scorers/scorer.js';
export { TrilinearScore, type TrilinearScoreOptions } from './scorers/trilinear.js';

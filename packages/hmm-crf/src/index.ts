/** @seqloom/hmm-crf: one linear-chain engine; HMMs and CRFs are two ways to produce its potentials. */

// The chain
export type { ChainPotentials, ChainSizes } from './chain/chain-potentials.js';
export { chainSum } from './chain/chain-sum.js';
export type { LinearChainOptions } from './chain/linear-chain.js';
export { LinearChain } from './chain/linear-chain.js';
export type { StepLoss } from './chain/minimum-risk.js';
export type { PathLoss } from './chain/minimum-risk-among.js';
export { minimumRiskAmong } from './chain/minimum-risk-among.js';
export type { Recursion } from './chain/recursion.js';
export type { PartialLabels, Restriction } from './chain/restriction.js';
export type { Statistic } from './chain/statistic.js';

// Semirings

export type { Semiring } from './chain/semiring.js';
export { countingSemiring } from './chain/semirings/counting.js';
export { entropySemiring } from './chain/semirings/entropy.js';
export { covarianceSemiring, expectationSemiring } from './chain/semirings/expectation.js';
export { kMaxSemiring } from './chain/semirings/k-max.js';
export { logSemiring } from './chain/semirings/log.js';
export { maxSemiring } from './chain/semirings/max.js';
export { samplingSemiring } from './chain/semirings/sampling.js';
export type { Weighted } from './chain/semirings/weighted.js';

// Constraints
export type { StepLabels } from './constraints/allowed-labels.js';
export { allowedLabels } from './constraints/allowed-labels.js';
export type { Constraints, Flags } from './constraints/constraints.js';
export { combineConstraints } from './constraints/constraints.js';
export type { Moves } from './constraints/moves.js';
export { allowMoves, forbidMoves } from './constraints/moves.js';
export type { TagScheme } from './constraints/tag-scheme.js';
export { tagScheme } from './constraints/tag-scheme.js';

// CRFs
export { ChainCRF } from './crf/chain-crf.js';
export type { CRFOptions } from './crf/crf.js';
export { CRF } from './crf/crf.js';
// Sparse features beside a network
export type { ActiveFeatures } from './crf/features/active-features.js';
export { activeFeatures } from './crf/features/active-features.js';
export type { AttributeVocabularyOptions } from './crf/features/attribute-vocabulary.js';
export { AttributeVocabulary } from './crf/features/attribute-vocabulary.js';
export { fromFeatureModel } from './crf/features/from-feature-model.js';
export type { SparseFeaturesOptions } from './crf/features/sparse-features.js';
export { SparseFeatures } from './crf/features/sparse-features.js';
// Losses of CRFs
export { hammingCosts, tableCosts } from './crf/losses/costs.js';
export { smoothedLoss } from './crf/losses/label-smoothing.js';
export { minimumRiskLoss } from './crf/losses/minimum-risk.js';
export { partialLabelLoss } from './crf/losses/partial-label.js';
export { meanOverSequences, meanOverSteps } from './crf/losses/reductions.js';
export { softmaxMarginLoss, structuredHingeLoss, structuredPerceptronLoss } from './crf/losses/softmax-margin.js';
export { restrict } from './crf/restrict.js';
export type { SecondOrderCRFOptions } from './crf/second-order-crf.js';
export { SecondOrderCRF } from './crf/second-order-crf.js';
// CRFs over segments
export { SegmentChain } from './crf/segments/segment-chain.js';
export type { SegmentPotentials, SegmentScores, SegmentSizes } from './crf/segments/segment-potentials.js';
export type { Segmentation, Segmentations } from './crf/segments/segmentation.js';
export type { SemiMarkovCRFOptions } from './crf/segments/semi-markov-crf.js';
export { SemiMarkovCRF } from './crf/segments/semi-markov-crf.js';
export { sumOverSegments } from './crf/segments/sum-over-segments.js';
export type { AttributeTable, FeatureModel } from './feature-crf/feature-model.js';
export type { Item } from './feature-crf/item.js';

// HMMs trained by gradient
export type { CategoricalEmissionOptions } from './neural-hmm/emissions/categorical.js';
export { CategoricalEmission } from './neural-hmm/emissions/categorical.js';
export type { Emission, Observations } from './neural-hmm/emissions/emission.js';
export type { GaussianEmissionOptions } from './neural-hmm/emissions/gaussian.js';
export { GaussianEmission } from './neural-hmm/emissions/gaussian.js';
export type { NetworkEmissionOptions, ScoringNetwork } from './neural-hmm/emissions/network.js';
export { NetworkEmission } from './neural-hmm/emissions/network.js';
export type { ScorerEmissionOptions } from './neural-hmm/emissions/scorer.js';
export { ScorerEmission } from './neural-hmm/emissions/scorer.js';
export type { NeuralHMMOptions } from './neural-hmm/neural-hmm.js';
export { NeuralHMM } from './neural-hmm/neural-hmm.js';

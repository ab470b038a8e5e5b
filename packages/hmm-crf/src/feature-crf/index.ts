/** @seqloom/hmm-crf/feature-crf: conditional random fields over sparse features, in float64, without tfjs. */

// The model

export type { RankedLabels } from './feature-crf.js';
export { FeatureCRF } from './feature-crf.js';
export type { AttributeTable, FeatureModel } from './feature-model.js';

// The chain of labels

export type { Float64Potentials, Float64Restriction, Float64Statistic } from '../chain64/index.js';
export { Float64Chain } from '../chain64/index.js';

// Items and features

export type { Feature } from './featurize.js';
export { featurize, featurizeAll } from './featurize.js';
export type { Item, LabelledItems } from './item.js';

// Training

export type { Algorithm, AlgorithmState, Iteration, Problem, Progress, StopReason } from './algorithm.js';
export type { FeatureOptions } from './features.js';
export type { LBFGSOptions } from './lbfgs/lbfgs.js';
export { lbfgs } from './lbfgs/lbfgs.js';
export type { ArowOptions } from './online/arow.js';
export { arow } from './online/arow.js';
export type { PerceptronOptions } from './online/averaged-perceptron.js';
export { averagedPerceptron } from './online/averaged-perceptron.js';
export type { Calibration, L2SGDOptions } from './online/l2sgd.js';
export { l2sgd } from './online/l2sgd.js';
export type { PassiveAggressiveOptions } from './online/passive-aggressive.js';
export { passiveAggressive } from './online/passive-aggressive.js';
export type {
  FeatureIterationEvent,
  FeatureStoppedEvent,
  FeatureTrainingEvent,
  FeatureTrainingOptions,
} from './train-feature-crf.js';
export { fitFeatureCRF, trainFeatureCRF } from './train-feature-crf.js';

// Files

export type { AttributeSequence } from './formats/attribute-lines.js';
export type { AttributeTextOptions, TextChunks } from './formats/attribute-text.js';
export { readAttributes, writeAttributes } from './formats/attribute-text.js';
export type { CrfppTemplate } from './formats/crfpp-template.js';
export { parseCrfppTemplate } from './formats/crfpp-template.js';
export { readCrfsuiteModel } from './formats/crfsuite-model.js';
export { writeCrfsuiteModel } from './formats/crfsuite-model-writer.js';

// What a model has learned

export type { Heaviest, InspectOptions, ModelSize, StateFeature, Transition } from './inspect.js';
export { modelSize, topStateFeatures, topTransitions } from './inspect.js';
export { describeModel } from './inspect-table.js';

// Constraints

export type { StepLabels } from '../constraints/allowed-labels.js';
export { allowedLabels } from '../constraints/allowed-labels.js';
export type { Constraints, Flags } from '../constraints/constraints.js';
export { combineConstraints } from '../constraints/constraints.js';
export type { Moves } from '../constraints/moves.js';
export { allowMoves, forbidMoves } from '../constraints/moves.js';
export type { TagScheme } from '../constraints/tag-scheme.js';
export { tagScheme } from '../constraints/tag-scheme.js';

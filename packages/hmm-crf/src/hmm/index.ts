/** @seqloom/hmm-crf/hmm: hidden Markov models learned by expectation–maximisation, in float64, without tfjs. */

// Emissions
export type { CategoricalOptions } from './emissions/categorical.js';
export { Categorical } from './emissions/categorical.js';
export type { Emission, EmissionJSON } from './emissions/emission.js';
export type { CovarianceType, GaussianOptions, GaussianPrior } from './emissions/gaussian.js';
export { Gaussian } from './emissions/gaussian.js';
// The model
export type { HMMOptions, HMMPart } from './hmm.js';
export { HMM } from './hmm.js';

// Data
export type { Observations, ObservedSequence } from './observations.js';
export { observations } from './observations.js';

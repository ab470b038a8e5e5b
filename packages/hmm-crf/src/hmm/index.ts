/** @seqloom/hmm-crf/hmm: hidden Markov models learned by expectation–maximisation, in float64, without tfjs. */

// Learning
export type { KnownState } from './allowed-states.js';
export { allowedStates } from './allowed-states.js';
export type { BaumWelchOptions, IterationEvent, StoppedEvent } from './baum-welch.js';
export { baumWelch } from './baum-welch.js';
// Answers
export type { Decoding } from './decode.js';
// Emissions
export type { BernoulliOptions } from './emissions/bernoulli.js';
export { Bernoulli } from './emissions/bernoulli.js';
export type { CategoricalOptions } from './emissions/categorical.js';
export { Categorical } from './emissions/categorical.js';
export type { Emission, EmissionJSON } from './emissions/emission.js';
export type { GammaOptions } from './emissions/gamma.js';
export { Gamma } from './emissions/gamma.js';
export type { CovarianceType, GaussianOptions, GaussianPrior } from './emissions/gaussian.js';
export { Gaussian } from './emissions/gaussian.js';
export type { MultinomialOptions } from './emissions/multinomial.js';
export { Multinomial } from './emissions/multinomial.js';
export type { PoissonOptions } from './emissions/poisson.js';
export { Poisson } from './emissions/poisson.js';
export type { VonMisesOptions } from './emissions/von-mises.js';
export { VonMises } from './emissions/von-mises.js';
export type { FilterStep } from './filter.js';
export { Filter } from './filter.js';
export type { FitOptions, FitResult, RestartOptions } from './fit.js';
export { fitBest } from './fit.js';
// The model
export type { HMMOptions, HMMPart } from './hmm.js';
export { HMM } from './hmm.js';
export type { ScoredPath } from './k-best.js';
// Data
export type { Observations, ObservedSequence } from './observations.js';
export { observations } from './observations.js';
export type { Drawn } from './sample.js';
export type { SupervisedOptions } from './supervised.js';

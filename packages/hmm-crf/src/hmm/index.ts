/** @seqloom/hmm-crf/hmm: hidden Markov models learned by expectation–maximisation, in float64, without tfjs. */

// The model

export type { HMMOptions, HMMPart } from './hmm.js';
export { HMM } from './hmm.js';

// Data

export type { Observations, ObservedSequence } from './observations.js';
export { observations } from './observations.js';

// Emissions

export type { SeriesOptions } from './emissions/autoregression.js';
export { drawSeries, laggedRows } from './emissions/autoregression.js';
export type { BernoulliOptions } from './emissions/bernoulli.js';
export { Bernoulli } from './emissions/bernoulli.js';
export type { CategoricalOptions } from './emissions/categorical.js';
export { Categorical } from './emissions/categorical.js';
export type { Emission, EmissionJSON } from './emissions/emission.js';
export type { GammaOptions } from './emissions/gamma.js';
export { Gamma } from './emissions/gamma.js';
export type { CovarianceType, GaussianOptions, GaussianPrior } from './emissions/gaussian.js';
export { Gaussian } from './emissions/gaussian.js';
export type { GaussianMixtureOptions } from './emissions/gaussian-mixture.js';
export { GaussianMixture } from './emissions/gaussian-mixture.js';
export type { LinearRegressionOptions } from './emissions/linear-regression.js';
export { LinearRegression } from './emissions/linear-regression.js';
export type { MixturePrior } from './emissions/mixture-prior.js';
export type { MultinomialOptions } from './emissions/multinomial.js';
export { Multinomial } from './emissions/multinomial.js';
export type { PoissonOptions } from './emissions/poisson.js';
export { Poisson } from './emissions/poisson.js';
export type { ProductOptions } from './emissions/product.js';
export { Product } from './emissions/product.js';
export type { EmissionReader } from './emissions/read-emission.js';
export { readEmission, registerEmission } from './emissions/read-emission.js';
export type { StudentTOptions } from './emissions/student-t.js';
export { StudentT } from './emissions/student-t.js';
export type { VonMisesOptions } from './emissions/von-mises.js';
export { VonMises } from './emissions/von-mises.js';
export type { TiedOptions } from './tied-emission.js';
export { Tied } from './tied-emission.js';

// Learning

export type { KnownState } from './allowed-states.js';
export { allowedStates } from './allowed-states.js';
export type { BaumWelchOptions, IterationEvent, StoppedEvent } from './baum-welch.js';
export { baumWelch } from './baum-welch.js';
export type { FitOptions, FitResult, Learner, RestartOptions } from './fit.js';
export { fitBest } from './fit.js';
export { leftRight } from './left-right.js';
export type { StepEvent, StepwiseBatch, StepwiseOptions, StepwiseState } from './stepwise-em.js';
export { stepwiseEM, stepwiseState } from './stepwise-em.js';
export type { SupervisedOptions } from './supervised.js';

// Answers

export type { ScoredPath } from '../chain64/index.js';
export type { Decoding } from './decode.js';
export type { FilterStep } from './filter.js';
export { Filter } from './filter.js';
export type { Drawn } from './sample.js';

// Files

export type { HmmlearnJSON } from './from-hmmlearn.js';
export { fromHmmlearn } from './from-hmmlearn.js';
export type { HMMJSON } from './hmm-json.js';
export { readHMM } from './hmm-json.js';

// Variational Bayes

export type { VariationalCategoricalOptions } from './variational/categorical.js';
export { VariationalCategorical } from './variational/categorical.js';
export type { VariationalGaussianOptions } from './variational/gaussian.js';
export { VariationalGaussian } from './variational/gaussian.js';
export type { GaussianHyperparameters, HyperparameterArrays } from './variational/hyperparameters.js';
export type { VariationalEmission } from './variational/variational-emission.js';
export type { VariationalHMMOptions, VariationalStatistics } from './variational/variational-hmm.js';
export { VariationalHMM } from './variational/variational-hmm.js';

// Structure

export type { LatentModel, LearnFitOptions, LearnOptions } from './expectation-maximisation.js';
export { expectationMaximisation } from './expectation-maximisation.js';
export type { CategoricalDurationOptions } from './structure/durations/categorical.js';
export { CategoricalDuration } from './structure/durations/categorical.js';
export type { Duration, DurationJSON } from './structure/durations/duration.js';
export type { NegativeBinomialDurationOptions } from './structure/durations/negative-binomial.js';
export { NegativeBinomialDuration } from './structure/durations/negative-binomial.js';
export type { PoissonDurationOptions } from './structure/durations/poisson.js';
export { PoissonDuration } from './structure/durations/poisson.js';
export { readDuration } from './structure/durations/read-duration.js';
export type { HigherOrderOptions } from './structure/higher-order/higher-order-hmm.js';
export { HigherOrderHMM } from './structure/higher-order/higher-order-hmm.js';
export type { DrivenObservations } from './structure/input-driven/driven-chain.js';
export type { DrivenStatistics, InputDrivenHMMOptions } from './structure/input-driven/input-driven-hmm.js';
export { InputDrivenHMM } from './structure/input-driven/input-driven-hmm.js';
export type { HMMMixtureOptions, MixtureStatistics } from './structure/mixture/hmm-mixture.js';
export { HMMMixture } from './structure/mixture/hmm-mixture.js';
export type { Segment } from './structure/semi-markov/best-segments.js';
export type {
  HiddenSemiMarkovOptions,
  SemiMarkovStatistics,
} from './structure/semi-markov/hidden-semi-markov-model.js';
export { HiddenSemiMarkovModel } from './structure/semi-markov/hidden-semi-markov-model.js';

// Constraints

export type { StepLabels } from '../constraints/allowed-labels.js';
export { allowedLabels } from '../constraints/allowed-labels.js';
export type { Constraints, Flags } from '../constraints/constraints.js';
export { combineConstraints } from '../constraints/constraints.js';
export type { Moves } from '../constraints/moves.js';
export { allowMoves, forbidMoves } from '../constraints/moves.js';

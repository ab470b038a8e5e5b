/** @seqloom/hmm-crf/hmm: hidden Markov models learned by expectation–maximisation, in float64, without tfjs. */

// Emissions
export type { Emission, EmissionJSON } from './emissions/emission.js';

// Data
export type { Observations } from './observations.js';

/** Emissions, by contract: how observations come from states, and how they are learned from expected states. */
import type { Rng } from '@seqloom/core/rng';
import type { Observations } from '../observations.js';

/**
 * One family of distributions over rows of D numbers, one member per state. All numbers are float64. Missing values (NaN) are
 * marginalised: a row without any value has log probability 0 in every state and adds nothing to statistics.
 */
export interface Emission {
  /** The name of the family, in files: 'gaussian'. */
  readonly family: string;
  /** K */
  readonly stateCount: number;
  /** D: how many numbers one observation is. */
  readonly width: number;
  /** How many parameters are free, for AIC and BIC. */
  readonly parameterCount: number;
  /** How many numbers the sufficient statistics take. */
  readonly statisticsSize: number;

  /** Throws a DataError naming sequence, step and column of the first value that the family cannot emit. */
  check(data: Observations): void;
  /** Draws starting values for the parameters that were not given, from the data. */
  initialise(data: Observations, rng: Rng): void;
  /** log p(row | state): values [n,D] → out [n,K]. */
  logProbability(values: Float64Array, out: Float64Array): void;
  /** For families with few different rows: log p of each kind [V,K], and the kind of every row [n]. */
  kinds?(values: Float64Array): { readonly logs: Float64Array; readonly kinds: Int32Array };
  /** Adds the statistics of rows [n,D], weighted by p(state | data) [n,K]. Statistics are sums, so parts of the data may be added apart. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void;
  /** The M-step: the parameters that maximise expected log probability plus log prior. A state that no row speaks for keeps its own. */
  maximise(statistics: Float64Array): void;
  /** For families that rule out what they have not seen: statistics, into out [statisticsSize], a trace of which keeps possible whatever now is. */
  traces?(out: Float64Array): void;
  /** log p(parameters) under the priors, up to a constant; 0 without priors. */
  logPrior(): number;
  /** One row drawn from a state: into out [D]. */
  sample(state: number, rng: Rng, out: Float64Array): void;
  /** `{ family, … }`, from which `readEmission` makes an equal emission. */
  toJSON(): EmissionJSON;
}

/** What an emission looks like in a file: plain JSON. */
export interface EmissionJSON {
  readonly family: string;
  readonly [field: string]: unknown;
}

/** Emissions whose parameters have distributions, by contract: conjugate families for variational Bayes. */
import type { Rng } from '@seqloom/core/rng';
import type { Emission, EmissionJSON } from '../emissions/emission.js';
import type { Observations } from '../observations.js';

/** As Emission, but with a posterior over the parameters in place of the parameters: the fields that end in Posterior. */
export interface VariationalEmission {
  /** The name of the family, in files: 'variational-categorical'. */
  readonly family: string;
  /** K */
  readonly stateCount: number;
  /** D */
  readonly width: number;
  /** How many numbers the sufficient statistics take. */
  readonly statisticsSize: number;

  /** Throws a DataError naming sequence, step and column of the first value that the family cannot emit. */
  check(data: Observations): void;
  /** Priors that the data decide and that were not given; and a posterior to start from. */
  initialise(data: Observations, rng: Rng): void;
  /** E[log p(row | state)]: values [n,D] → out [n,K]. */
  expectedLogProbability(values: Float64Array, out: Float64Array): void;
  /** Adds the statistics of rows [n,D], weighted by q(state) [n,K]. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void;
  /** The posterior of the prior and the statistics. */
  update(statistics: Float64Array): void;
  /** KL(posterior ‖ prior), summed over states. */
  divergence(): number;
  /** The family with parameters at one value: posterior means. */
  pointEstimate(): Emission;
  /** The same with these states only. */
  withStates(states: readonly number[]): VariationalEmission;
  /** `{ family, … }` */
  toJSON(): EmissionJSON;
}

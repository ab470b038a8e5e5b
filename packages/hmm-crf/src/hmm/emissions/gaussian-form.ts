/** What a kind of covariance must know, by contract. */

/** Conjugate priors, hmmlearn's: `meansWeight` rows seen at `means`, and a scatter `covars` seen in `covarsWeight` rows. */
export interface GaussianPriors {
  /** [K,D] */
  readonly means: Float64Array;
  readonly meansWeight: number;
  /** Of the shape of the covariances' numerators: [K,D] or [K,D,D] or [D,D]. */
  readonly covars: Float64Array;
  readonly covarsWeight: number;
}

/** The parameters of all states, shared between the emission and its form: K states, rows of D. */
export interface GaussianParameters {
  readonly K: number;
  readonly D: number;
  readonly means: Float64Array;
  readonly covars: Float64Array;
  readonly priors: GaussianPriors;
  readonly minCovar: number;
  /** [D]: statistics are moments about this point, so that they keep their digits far from 0. */
  readonly origin: Float64Array;
  readonly frozen: ReadonlySet<string>;
}

/** Gaussians with one kind of covariance; `gaussian.ts` says what the methods mean. */
export interface GaussianForm {
  readonly statisticsSize: number;
  logProbability(values: Float64Array, out: Float64Array): void;
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void;
  maximise(statistics: Float64Array): void;
  logPrior(): number;
  /** Adds noise of the state's covariance to `out` [D]; `normal` draws from N(0,1). */
  addNoise(state: number, normal: () => number, out: Float64Array): void;
}

/** A state that fewer expected rows than this speak for keeps its parameters. */
export const fewestRows = 1e-5;

export const log2Pi: number = Math.log(2 * Math.PI);

/** Locations with scatter matrices, by contract: what mixtures of Gaussians and Student's t share. */
import type { Rng } from '@seqloom/core/rng';

/** A conjugate prior: locations expected at `means`, `meansWeight` rows' worth; `covars` added to scatters, worth `degrees` rows. */
export interface ScatterPrior {
  /** [C,D] */
  readonly means: Float64Array;
  readonly meansWeight: number;
  /** [D], or [D,D] of a form with matrices. */
  readonly covars: Float64Array;
  readonly degrees: number;
}

/** C components over rows of D numbers. Moments are weighted: a row may count once in the number of rows and u times in the moments. */
export interface Scatter {
  /** [C,D] */
  readonly means: Float64Array;
  /** In the form's own shape. */
  readonly covars: Float64Array;
  /** [D]: moments are taken about this point, and keep their digits where it is near the data. It stays while moments are summed. */
  readonly origin: Float64Array;
  /** How many numbers of `covars` are free. */
  readonly covarianceCount: number;
  /** How many numbers the moments of one component take. */
  readonly momentsSize: number;
  /** How many values `distance` or `observe` saw, and log |scatter matrix| over them. */
  readonly observed: number;
  readonly logDeterminant: number;

  /** Derives what the methods below need from the parameters; to be called once the parameters have changed. */
  prepare(): void;
  /** (x − mean)ᵀ scatter⁻¹ (x − mean) over the values that are there. */
  distance(values: Float64Array, at: number, component: number): number;
  /** log |scatter matrix| over all columns. */
  logDeterminantOf(component: number): number;
  /** Notes that a whole row is looked at from a component. */
  observe(component: number): void;
  /** −½ distance of rows [n,D] to every component: → out [n,C]; NaN for a row that lacks a value. */
  exponents(rows: Float64Array, out: Float64Array): void;
  /** Adds a row to the component's moments. What is missing counts as expected given what `distance` has just seen. */
  add(
    moments: Float64Array,
    values: Float64Array,
    at: number,
    component: number,
    weight: number,
    momentWeight: number,
  ): void;
  /** Adds rows [n,D] to all moments, weights [n,C] each; none of a row that lacks a value. */
  addRows(moments: Float64Array, rows: Float64Array, weights: Float64Array, momentWeights: Float64Array): void;
  /** The parameters of highest expected log-likelihood plus log prior, given moments [C,momentsSize]. */
  maximise(moments: Float64Array, prior: ScatterPrior, learned: { means: boolean; covars: boolean }): void;
  /** Divides the component's scatter matrix, unless that takes it below the minimum; whether it did. */
  divide(component: number, divisor: number): boolean;
  /** log density of the prior, up to a constant. */
  logPrior(prior: ScatterPrior): number;
  /** mean + factor · noise of the component's covariance, into out [D]. */
  draw(component: number, factor: number, rng: Rng, out: Float64Array): void;
}

/** So many rows are worked on at once. */
export const rowsAtOnce = 2048;

/** A component that fewer expected rows than this speak for keeps its parameters. */
export const fewestRows = 1e-8;

export const log2Pi: number = Math.log(2 * Math.PI);

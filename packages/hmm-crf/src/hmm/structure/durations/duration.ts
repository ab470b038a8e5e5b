/** Durations, by contract: how long a state lasts, and how that is learned from expected counts. */

/**
 * One family of distributions over 1 … D steps, one member per state. The statistics of every family are the same: how often each
 * duration is expected to occur, so inference knows only the table of log probabilities.
 */
export interface Duration {
  /** The name of the family, in files: 'poisson'. */
  readonly family: string;
  /** K */
  readonly stateCount: number;
  /** D: no segment lasts longer; probability beyond it is spread over 1 … D in proportion. */
  readonly maximum: number;
  /** How many parameters are free, for AIC and BIC. */
  readonly parameterCount: number;

  /** log p(duration | state): into out [K,D], duration d at place d − 1. */
  logProbability(out: Float64Array): void;
  /** The M-step: the parameters that maximise Σ counts·log p, or at least do not lower it. A state without counts [K,D] keeps its own. */
  maximise(counts: Float64Array): void;
  /** `{ family, … }`, from which `readDuration` makes an equal one. */
  toJSON(): DurationJSON;
}

/** What durations look like in a file: plain JSON. */
export interface DurationJSON {
  readonly family: string;
  readonly [field: string]: unknown;
}

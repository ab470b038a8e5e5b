/** The semi-Markov chain as arrays: all that inference over segments knows of a model. */

/** Log probabilities of segments' states and durations. */
export interface SemiMarkovChain {
  /** K */
  readonly stateCount: number;
  /** D */
  readonly maximum: number;
  /** [K] */
  readonly logStart: Float64Array;
  /** [K,K], from each state (row) to the next segment's. */
  readonly logTransition: Float64Array;
  /** [K,D]: log p(duration = d) at place d − 1. */
  readonly logDuration: Float64Array;
  /** [K,D]: log p(duration ≥ d), of the last segment, whose end is not seen. */
  readonly logSurvival: Float64Array;
}

/** log p(duration ≥ d) [K,D] from log p(duration = d). */
export function logSurvivalOf(logDuration: Float64Array, maximum: number): Float64Array {
  const out = new Float64Array(logDuration.length);
  for (let row = 0; row < out.length; row += maximum) {
    let tail = 0;
    for (let d = maximum - 1; d >= 0; d--) {
      tail += Math.exp(logDuration[row + d]!);
      out[row + d] = Math.log(Math.min(1, tail));
    }
    out[row] = 0;
  }
  return out;
}

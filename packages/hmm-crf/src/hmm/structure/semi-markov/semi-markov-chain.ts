/** The semi-Markov chain as arrays: all that inference over segments knows of a model. */
import type { DurationWeights } from './duration-sums.js';

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
  /** Of each state, p(duration = d) at place d − 1. */
  readonly lasting: readonly DurationWeights[];
  /** Of each state, p(duration ≥ d): of the last segment, whose end is not seen. */
  readonly surviving: readonly DurationWeights[];
}

/** The weights of each state from log p(duration = d) [K,D]. */
export function durationWeights(
  logDuration: Float64Array,
  maximum: number,
): Pick<SemiMarkovChain, 'lasting' | 'surviving'> {
  const rows = Array.from({ length: logDuration.length / maximum }, (_, k) =>
    logDuration.subarray(k * maximum, (k + 1) * maximum),
  );
  return {
    lasting: rows.map((logP) => ({ logP, p: logP.map(Math.exp) })),
    surviving: rows.map((logP) => {
      const p = logP.map(Math.exp);
      for (let d = maximum - 2; d >= 0; d--) p[d] = Math.min(1, p[d]! + p[d + 1]!);
      p[0] = 1;
      return { p, logP: p.map(Math.log) };
    }),
  };
}

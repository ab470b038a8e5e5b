/** Penalties: what turns the log-probability of a finished hypothesis into its score. */
import { OptionError, within } from '@seqloom/core';

/** What a penalty sees: the row, how many symbols were scored (`end` included) and where the model looked when it wrote them. */
export interface Finished {
  readonly row: number;
  readonly length: number;
  readonly weights: readonly Float32Array[];
}

/** score (first the log-probability, then what the penalty before made of it) → score; applied when a hypothesis ends, in the order of the list. */
export type Penalty = (score: number, finished: Finished) => number;

/** Divides by ((5 + length)/6)^alpha ("wu"). arXiv:1609.08144 */
export function wuLength(alpha: number): Penalty {
  within('wuLength', 'alpha', alpha, 0);
  return (score, { length }) => score / ((5 + length) / 6) ** alpha;
}

/** Divides by length^alpha: with alpha = 1 the mean log-probability of a symbol ("avg"). */
export function averageLength(alpha = 1): Penalty {
  within('averageLength', 'alpha', alpha, 0);
  return (score, { length }) => score / length ** alpha;
}

/**
 * Adds beta·Σ log min(c, 1) over the source positions, c the sum of all weights a position got ("wu"): what the output never looked at costs.
 * `lengths` are the lengths of the rows' sources, where some are padded. arXiv:1609.08144
 */
export function wuCoverage(beta: number, lengths?: readonly number[]): Penalty {
  within('wuCoverage', 'beta', beta, 0);
  return (score, finished) => {
    const covered = coverage(finished).subarray(0, lengths?.[finished.row]);
    return covered.reduce((sum, c) => sum + beta * Math.log(Math.min(Math.max(c, unseen), 1)), score);
  };
}

/** Takes beta·Σ max(c − 1, 0) off: what the output looked at more than once costs ("summary", as in OpenNMT; arXiv:1808.10792). */
export function summaryCoverage(beta: number): Penalty {
  within('summaryCoverage', 'beta', beta, 0);
  return (score, finished) => coverage(finished).reduce((sum, c) => sum - beta * Math.max(c - 1, 0), score);
}

const unseen = 1e-10; // keeps the score finite where sparse weights never looked

/** The sum of all weights that each source position got, [K]. */
function coverage({ weights }: Finished): Float64Array {
  if (weights.length === 0) throw new OptionError('coverage', 'the writer gives no attention weights to count');
  const sums = new Float64Array(weights[0]?.length ?? 0);
  for (const step of weights) for (let k = 0; k < sums.length; k++) sums[k]! += step[k] as number;
  return sums;
}

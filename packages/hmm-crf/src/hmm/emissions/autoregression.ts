/** Autoregression: every state predicts the next row from the rows before it, by a LinearRegression on lagged rows (Hamilton 1989, Econometrica 57). */
import { ShapeError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Observations } from '../observations.js';
import type { LinearRegression } from './linear-regression.js';

/**
 * Rows of D numbers → rows of D·(1 + order): each with the `order` rows before it, nearest first, as a LinearRegression of D outputs and
 * D·order inputs reads them. The first rows of a sequence lack some of theirs (NaN): they say nothing, and keep their place.
 */
export function laggedRows({ values, width: D, lengths }: Observations, order: number): Observations {
  count('laggedRows', 'order', order);
  const width = D * (1 + order);
  const out = new Float64Array((values.length / D) * width).fill(Number.NaN);
  let start = 0;
  for (const length of lengths) {
    for (let t = 0; t < length; t++) {
      const to = (start + t) * width;
      for (let lag = 0; lag <= Math.min(order, t); lag++) {
        const from = (start + t - lag) * D;
        out.set(values.subarray(from, from + D), to + lag * D);
      }
    }
    start += length;
  }
  return { values: out, width, lengths };
}

export interface SeriesOptions {
  /** [T]: drawn from an HMM, say. */
  states: ArrayLike<number>;
  rng: Rng;
  /** The rows before the first, [order,D], oldest first; zeros unless given. */
  before?: ArrayLike<number>;
}

/** A series [T,D] drawn row after row, each from its state and the rows before it. The emission is one on `laggedRows`. */
export function drawSeries(emission: LinearRegression, { states, rng, before }: SeriesOptions): Float64Array {
  const { outputs: D, inputs } = emission;
  if (inputs % D !== 0)
    throw new ShapeError('drawSeries', `the emission's ${inputs} inputs are not rows of its ${D} outputs`);
  const past = before ?? new Float64Array(inputs);
  if (past.length !== inputs)
    throw new ShapeError('drawSeries', `\`before\` must have shape [${inputs / D},${D}], got ${show(before)}`);
  const series = new Float64Array(inputs + states.length * D);
  series.set(past);
  const row = new Float64Array(D + inputs);
  for (let t = 0, at = inputs; t < states.length; t++, at += D) {
    for (let lag = 1; lag <= inputs / D; lag++) row.set(series.subarray(at - lag * D, at - (lag - 1) * D), lag * D);
    emission.sample(states[t]!, rng, row);
    series.set(row.subarray(0, D), at);
  }
  return series.slice(inputs);
}

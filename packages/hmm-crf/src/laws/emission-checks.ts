/** What the laws of emissions look at: rows and posteriors, what M-steps achieve, and how draws are distributed. */
import { Rng } from '@seqloom/core/rng';
import type { Emission, EmissionJSON } from '../hmm/emissions/emission.js';
import type { Observations } from '../hmm/observations.js';

/** A family, with what the laws cannot know of it. */
export interface EmissionSample {
  /** An emission of at least two states that differ, with all parameters given. */
  make(): Emission;
  /** Reads what `toJSON` wrote. */
  read(json: EmissionJSON): Emission;
  /** A row that the family cannot emit. */
  bad?: readonly number[];
  /** Ascending nodes, and weights, by which a column can be summed or integrated out, where columns may be missing one by one. */
  quadrature?(column: number): { nodes: ArrayLike<number>; weights: ArrayLike<number> };
  /** What parameters of stationary points may be off, where the M-step iterates. */
  slack?: number;
}

export const rowCount = 60;

/** Throws unless many M-steps arrive where no parameters on a line are better, and one does not lead away from it. */
export function maximises(sample: EmissionSample, values: Float64Array, posteriors: Float64Array): void {
  const emission = sample.make();
  const before = objective(emission, values, posteriors);
  repeatMaximise(emission, values, posteriors, 1);
  const once = objective(emission, values, posteriors);
  atLeast('after one M-step', once, before);
  repeatMaximise(emission, values, posteriors, 200);
  const best = objective(emission, values, posteriors);
  atLeast('after many M-steps', best, once);
  const other = sample.make();
  repeatMaximise(other, values, posteriors.toReversed(), 1);
  for (const step of [1e-3, -1e-3]) {
    const moved = sample.read(between(emission.toJSON(), other.toJSON(), step) as EmissionJSON);
    const gain = objective(moved, values, posteriors) - best;
    if (gain > (sample.slack ?? 1e-9) * Math.abs(best)) throw new Error(`other parameters are better, by ${gain}`);
  }
}

/** Replaces four in ten rows by NaN: one column of them where `single`, else all. */
export function hide(values: Float64Array, D: number, single: boolean): void {
  const rng = new Rng(7);
  for (let row = 0; row * D < values.length; row++) {
    const column = D > 1 && single ? rng.below(D) : -1;
    if (rng.uniform() > 0.4) continue;
    values.fill(Number.NaN, row * D + Math.max(column, 0), column < 0 ? (row + 1) * D : row * D + column + 1);
  }
}

type Quadrature = ReturnType<NonNullable<EmissionSample['quadrature']>>;

/** Points between the nodes of a column, and p(x ≤ point | state). */
export function marginal(
  emission: Emission,
  state: number,
  column: number,
  { nodes, weights }: Quadrature,
): [number, number][] {
  const K = emission.stateCount;
  const logs = logProbability(emission, withColumn(new Float64Array(emission.width).fill(Number.NaN), column, nodes));
  let below = 0;
  return Array.from({ length: nodes.length - 1 }, (_, i) => {
    below += weights[i]! * Math.exp(logs[i * K + state]!);
    return [(nodes[i]! + nodes[i + 1]!) / 2, below];
  });
}

/** Copies of a row, with one number of each column's nodes in turn: [nodes,D]. */
export function withColumn(row: Float64Array, column: number, nodes: ArrayLike<number>): Float64Array {
  const D = row.length;
  return Float64Array.from({ length: nodes.length * D }, (_, at) =>
    at % D === column ? nodes[Math.floor(at / D)]! : row[at % D]!,
  );
}

/** The largest difference between a distribution function and that of draws (Kolmogorov & Smirnov). */
export function distributionDistance(draws: number[], distribution: readonly [number, number][]): number {
  const sorted = Float64Array.from(draws).sort();
  let [at, distance] = [0, 0];
  for (const [point, p] of distribution) {
    while (at < sorted.length && sorted[at]! <= point) at++;
    distance = Math.max(distance, Math.abs(at / sorted.length - p));
  }
  return distance;
}

/** Sequences drawn from the emission, states chosen evenly. */
export function sampleRows(emission: Emission, seed: number, lengths: readonly number[]): Observations {
  const D = emission.width;
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const values = new Float64Array(rows * D);
  const rng = new Rng(seed);
  for (let row = 0; row < rows; row++)
    emission.sample(rng.below(emission.stateCount), rng, values.subarray(row * D, (row + 1) * D));
  return { values, width: D, lengths };
}

export function rowsAndPosteriors(
  emission: Emission,
  seed: number,
): { values: Float64Array; posteriors: Float64Array; K: number; D: number } {
  const { stateCount: K, width: D } = emission;
  const { values } = sampleRows(emission, seed, [rowCount]);
  const rng = new Rng(seed + 100);
  const posteriors = Float64Array.from({ length: rowCount * K }, () => rng.uniform());
  for (let row = 0; row < rowCount; row++) {
    const own = posteriors.subarray(row * K, (row + 1) * K);
    const sum = own.reduce((total, p) => total + p, 0);
    own.forEach((p, k) => {
      own[k] = p / sum;
    });
  }
  return { values, posteriors, K, D };
}

export function logProbability(emission: Emission, values: Float64Array): Float64Array {
  const out = new Float64Array((values.length / emission.width) * emission.stateCount);
  emission.logProbability(values, out);
  return out;
}

export function repeatMaximise(
  emission: Emission,
  values: Float64Array,
  posteriors: Float64Array,
  times: number,
): void {
  for (let i = 0; i < times; i++) {
    const statistics = new Float64Array(emission.statisticsSize);
    emission.accumulate(statistics, values, posteriors);
    emission.maximise(statistics);
  }
}

/** Σ posterior · log p + log prior. */
function objective(emission: Emission, values: Float64Array, posteriors: Float64Array): number {
  const logs = logProbability(emission, values);
  return logs.reduce((sum, log, at) => sum + log * posteriors[at]!, 0) + emission.logPrior();
}

/** JSON on the line through two of the same form: a + step · (b − a). */
function between(a: unknown, b: unknown, step: number): unknown {
  if (typeof a === 'number') return a + step * ((b as number) - a);
  if (Array.isArray(a)) return a.map((item, i) => between(item, (b as unknown[])[i], step));
  if (typeof a !== 'object' || a === null) return a;
  return Object.fromEntries(
    Object.entries(a).map(([name, field]) => [name, between(field, (b as Record<string, unknown>)[name], step)]),
  );
}

export function sharesParameters(emission: Emission): boolean {
  return JSON.stringify(emission.toJSON()).includes('"tied"');
}

export function atLeast(what: string, value: number, least: number): void {
  if (!(value >= least - 1e-9 * Math.abs(least))) throw new Error(`${what}: ${value} is less than ${least}`);
}

export function same(what: string, actual: Float64Array, expected: Float64Array, tolerance: number): void {
  for (const [i, value] of expected.entries()) {
    const close = Math.abs(actual[i]! - value) <= tolerance * Math.max(1, Math.abs(value)) || actual[i] === value;
    if (!close) throw new Error(`${what}: element ${i} is ${actual[i]}, not ${value}`);
  }
}

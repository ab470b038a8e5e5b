/** Discrete distributions as arrays: checked when they come from outside, drawn, normalised, sampled. */
import { OptionError, ShapeError, show } from '@seqloom/core/errors';
import type { Rng } from '@seqloom/core/rng';

/** Numbers in rows: nested, or flat and row-major. */
export type Matrix = readonly ArrayLike<number>[] | ArrayLike<number>;

/** What rows written with few digits are allowed to miss 1 by. */
const tolerance = 1e-6;

/** Numbers [rows,columns], copied. Throws a ShapeError or OptionError that names the row. */
export function matrix(
  where: string,
  name: string,
  given: Matrix,
  [rows, columns]: readonly [number, number],
): Float64Array {
  const flat = typeof given?.[0] === 'object' ? flatten(where, name, given as ArrayLike<number>[], columns) : given;
  if (flat?.length !== rows * columns)
    throw new ShapeError(where, `\`${name}\` must have shape [${rows},${columns}], got ${show(given)}`);
  const out = Float64Array.from(flat as ArrayLike<number>);
  const bad = out.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return out;
  throw new OptionError(where, `\`${name}\`[${Math.floor(bad / columns)}][${bad % columns}] must be a finite number`);
}

/** Distributions [rows,columns]: numbers of at least 0 that sum to 1 in every row. */
export function distributions(
  where: string,
  name: string,
  given: Matrix,
  shape: readonly [number, number],
): Float64Array {
  const out = matrix(where, name, given, shape);
  const columns = shape[1];
  for (let row = 0; row < shape[0]; row++) {
    const numbers = out.subarray(row * columns, (row + 1) * columns);
    const sum = numbers.reduce((total, p) => total + p, 0);
    if (numbers.every((p) => p >= 0) && Math.abs(sum - 1) <= tolerance) continue;
    throw new OptionError(
      where,
      `row ${row} of \`${name}\` must be probabilities that sum to 1, got ${show([...numbers])}`,
      {
        hint: `it sums to ${sum}`,
      },
    );
  }
  return out;
}

/** A draw from the uniform distribution over distributions, into `out`. */
export function drawDistribution(out: Float64Array, rng: Rng): void {
  for (let i = 0; i < out.length; i++) out[i] = -Math.log(1 - rng.uniform()) + Number.MIN_VALUE;
  normalise(out);
}

/** Divides by the sum; false, and nothing done, where that is 0. */
export function normalise(numbers: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  if (!(sum > 0)) return false;
  for (let i = 0; i < numbers.length; i++) numbers[i]! /= sum;
  return true;
}

/** One index drawn with probability in proportion to its number. */
export function drawIndex(weights: Float64Array, rng: Rng): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  let left = rng.uniform() * sum;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! > 0)) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return last;
}

/** The mode of counts under a Dirichlet prior α: max(counts + α − 1, 0) normalised, zeros kept; unchanged where nothing is counted. */
export function maximiseDistribution(p: Float64Array, counts: Float64Array, prior: Float64Array): void {
  const next = new Float64Array(p.length);
  for (let i = 0; i < p.length; i++) next[i] = p[i]! > 0 ? Math.max(counts[i]! + prior[i]! - 1, 0) : 0;
  if (normalise(next)) p.set(next);
}

/** log of the Dirichlet density α, up to a constant; numbers that are 0 are structure. */
export function logDirichlet(p: Float64Array, prior: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i]! > 0 && prior[i] !== 1) sum += (prior[i]! - 1) * Math.log(p[i]!);
  return sum;
}

/** Dirichlet α [rows,columns] from one number or a table; at least 1, so that there is a mode. */
export function dirichletPrior(
  where: string,
  name: string,
  given: Matrix | number,
  shape: readonly [number, number],
): Float64Array {
  const out =
    typeof given === 'number' ? new Float64Array(shape[0] * shape[1]).fill(given) : matrix(where, name, given, shape);
  const bad = out.find((alpha) => !(alpha >= 1 && alpha < Infinity));
  if (bad === undefined) return out;
  throw new OptionError(where, `\`${name}\` must be at least 1 everywhere, got ${show(bad)}`, {
    hint: '1 is no prior; every unit above it is one observation more',
  });
}

function flatten(where: string, name: string, rows: readonly ArrayLike<number>[], columns: number): number[] {
  const out: number[] = [];
  for (let row = 0; row < rows.length; row++) {
    const numbers = rows[row];
    if (numbers?.length !== columns)
      throw new ShapeError(where, `row ${row} of \`${name}\` must have ${columns} numbers, got ${show(numbers)}`);
    for (let column = 0; column < columns; column++) out.push(numbers[column]!);
  }
  return out;
}

/** Dirichlet posteriors in rows: expected logarithms, divergences. α = 0 is structure: impossible before and after. */
import { OptionError, show } from '@seqloom/core/errors';
import { type Matrix, matrix } from '../distributions.js';
import { digamma } from '../emissions/special/digamma.js';
import { logGamma } from '../emissions/special/log-gamma.js';

/** α [rows,columns] from one number or a table; no row without a possible column. Throws a ShapeError or OptionError. */
export function dirichletParameters(
  where: string,
  name: string,
  given: Matrix | number,
  [rows, columns]: readonly [number, number],
): Float64Array {
  const table = typeof given === 'number' ? new Float64Array(rows * columns).fill(given) : given;
  const alphas = matrix(where, name, table, [rows, columns]);
  for (let row = 0; row < rows; row++) {
    const numbers = alphas.subarray(row * columns, (row + 1) * columns);
    if (numbers.every((alpha) => alpha >= 0) && numbers.some((alpha) => alpha > 0)) continue;
    throw new OptionError(
      where,
      `row ${row} of \`${name}\` must be at least 0 and not 0 everywhere, got ${show([...numbers])}`,
    );
  }
  return alphas;
}

/** E[log p] under Dirichlet rows: ψ(α) − ψ(Σα). */
export function expectedLogs(alphas: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(alphas.length);
  for (let start = 0; start < alphas.length; start += columns) {
    const psiSum = digamma(sum(alphas.subarray(start, start + columns)));
    for (let i = start; i < start + columns; i++) out[i] = alphas[i]! > 0 ? digamma(alphas[i]!) - psiSum : -Infinity;
  }
  return out;
}

/** Σ over rows of KL(posterior ‖ prior). */
export function dirichletDivergence(posterior: Float64Array, prior: Float64Array, columns: number): number {
  const logs = expectedLogs(posterior, columns);
  let total = 0;
  for (let start = 0; start < posterior.length; start += columns) {
    total +=
      logGamma(sum(posterior.subarray(start, start + columns))) - logGamma(sum(prior.subarray(start, start + columns)));
    for (let i = start; i < start + columns; i++) {
      if (!(prior[i]! > 0)) continue;
      total += logGamma(prior[i]!) - logGamma(posterior[i]!) + (posterior[i]! - prior[i]!) * logs[i]!;
    }
  }
  return total;
}

/** The mean of each row. */
export function meansOf(alphas: Float64Array, columns: number): Float64Array {
  const out = alphas.slice();
  for (let start = 0; start < out.length; start += columns) {
    const row = out.subarray(start, start + columns);
    const total = sum(row);
    for (let i = 0; i < columns; i++) row[i]! /= total;
  }
  return out;
}

/** The table of these rows and columns only; all columns unless told. */
export function chosen(
  table: Float64Array,
  columns: number,
  keepRows: readonly number[],
  keepColumns?: readonly number[],
): Float64Array {
  const wanted = keepColumns ?? Array.from({ length: columns }, (_, i) => i);
  return Float64Array.from(keepRows.flatMap((row) => wanted.map((column) => table[row * columns + column]!)));
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}

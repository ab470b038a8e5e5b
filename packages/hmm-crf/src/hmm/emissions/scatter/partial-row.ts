/** A row with missing values under a scatter matrix: what is there is measured, what is not is expected given it. */
import { cholesky, logDeterminant, solveLower } from '../../cholesky.js';

/** What a scatter matrix says of rows that lack the same columns. */
interface Pattern {
  /** How many columns are there. */
  readonly observed: number;
  /** The columns that are there, then the others. */
  readonly columns: Int32Array;
  /** L [observed,observed] of the block that is there, and log of the block's determinant. */
  readonly factor: Float64Array;
  readonly logDeterminant: number;
  /** [missing,observed]: L⁻¹ times the block that ties them; with `spread`, made when first asked for. */
  ties?: Float64Array;
  /** [D,D]: what is left of the scatter once the rest of the row is known; 0 where something observed is involved. */
  spread?: Float64Array;
}

/** So many numbers of patterns are kept; rows with yet other columns missing start anew. */
const keptNumbers = 2 ** 20;
/** Of wider rows, patterns are not kept: a number cannot tell them apart. */
const widestKept = 24;

/** Works in space of its own: rows by the hundred thousand need no allocation where few patterns come again and again. */
export class PartialRow {
  /** How many values the row has. */
  observed = 0;
  /** log of the determinant of the observed block. */
  logDeterminant = 0;
  /** [D]: the row, what is missing replaced by its expectation. */
  readonly filled: Float64Array;
  /** L⁻¹(x − mean) of the observed block. */
  readonly #residual: Float64Array;
  readonly #patterns = new Map<number, Pattern>();
  #pattern: Pattern | undefined;

  constructor(D: number) {
    this.filled = new Float64Array(D);
    this.#residual = new Float64Array(D);
  }

  /** To be called once scatter matrices have changed. */
  forget(): void {
    this.#patterns.clear();
  }

  /** (x − mean)ᵀ covar⁻¹ (x − mean) over the values observed; `mean` [D], `covar` [D,D], which `group` is the number of. */
  distance(values: Float64Array, at: number, mean: Float64Array, covar: Float64Array, group: number): number {
    const pattern = this.#patternOf(values, at, covar, group);
    const { observed, columns, factor } = pattern;
    for (let i = 0; i < observed; i++) this.#residual[i] = values[at + columns[i]!]! - mean[columns[i]!]!;
    solveLower(factor, observed, this.#residual);
    let sum = 0;
    for (let i = 0; i < observed; i++) sum += this.#residual[i]! ** 2;
    this.#pattern = pattern;
    this.observed = observed;
    this.logDeterminant = pattern.logDeterminant;
    return sum;
  }

  /** Fills `filled` for the row that `distance` has just read; returns the spread [D,D] of what was missing. */
  complete(values: Float64Array, at: number, mean: Float64Array, covar: Float64Array): Float64Array {
    const pattern = this.#pattern!;
    const { observed: n, columns } = pattern;
    pattern.ties ??= tiesOf(pattern, covar);
    pattern.spread ??= spreadOf(pattern, pattern.ties, covar);
    for (let i = 0; i < n; i++) this.filled[columns[i]!] = values[at + columns[i]!]!;
    for (let m = n; m < columns.length; m++)
      this.filled[columns[m]!] = mean[columns[m]!]! + dot(pattern.ties, (m - n) * n, this.#residual, 0, n);
    return pattern.spread;
  }

  #patternOf(values: Float64Array, at: number, covar: Float64Array, group: number): Pattern {
    const D = this.filled.length;
    let key = group;
    for (let d = 0; d < D; d++) key = 2 * key + (Number.isNaN(values[at + d]!) ? 1 : 0);
    const known = D <= widestKept ? this.#patterns.get(key) : undefined;
    if (known) return known;
    const pattern = patternOf(values.subarray(at, at + D), covar);
    if (this.#patterns.size >= keptNumbers / (D * D)) this.forget();
    if (D <= widestKept) this.#patterns.set(key, pattern);
    return pattern;
  }
}

function patternOf(row: Float64Array, covar: Float64Array): Pattern {
  const D = row.length;
  const all = Array.from(row.keys());
  const there = all.filter((d) => !Number.isNaN(row[d]!));
  const columns = Int32Array.from([...there, ...all.filter((d) => Number.isNaN(row[d]!))]);
  const observed = there.length;
  const factor = Float64Array.from(there.flatMap((i) => there.map((j) => covar[i * D + j]!)));
  cholesky(factor, observed, factor);
  return { observed, columns, factor, logDeterminant: logDeterminant(factor, observed) };
}

function tiesOf({ observed: n, columns, factor }: Pattern, covar: Float64Array): Float64Array {
  const D = columns.length;
  const ties = new Float64Array((D - n) * n);
  for (let m = n; m < D; m++) {
    const own = ties.subarray((m - n) * n, (m - n + 1) * n);
    for (let i = 0; i < n; i++) own[i] = covar[columns[m]! * D + columns[i]!]!;
    solveLower(factor, n, own);
  }
  return ties;
}

function spreadOf({ observed: n, columns }: Pattern, ties: Float64Array, covar: Float64Array): Float64Array {
  const D = columns.length;
  const spread = new Float64Array(D * D);
  for (let m = n; m < D; m++) {
    for (let other = n; other < D; other++) {
      const known = dot(ties, (m - n) * n, ties, (other - n) * n, n);
      spread[columns[m]! * D + columns[other]!] = covar[columns[m]! * D + columns[other]!]! - known;
    }
  }
  return spread;
}

function dot(a: Float64Array, from: number, b: Float64Array, to: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[from + i]! * b[to + i]!;
  return sum;
}

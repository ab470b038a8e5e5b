/** Readings that are missing: what stands in for them, which they are, and how old each number is. */
import { OptionError, ShapeError } from '@seqloom/core/errors';
import { knownOptions, oneOf } from '@seqloom/core/options';
import { checkTimes } from './regular-grid.js';
import { columnsOf, type Rows } from './rows.js';

export interface FillMissingOptions {
  /** `previous`: the last reading of the column, before the first one as in `constant`; `constant`: always the same; previous unless told. */
  method?: 'previous' | 'constant';
  /** [D]: what stands where there is no reading yet, such as `standardizer.mean`; 0 unless told. */
  values?: readonly number[];
  /** [T], ascending: when the rows were read; 0, 1, 2, … unless told. */
  times?: readonly number[];
}

/** All [T,D]: beside each other they are what GRU-D reads (arXiv:1606.01865). */
export interface FilledRows {
  /** No NaN is left. */
  readonly rows: number[][];
  /** 1 = read, 0 = filled. */
  readonly mask: number[][];
  /** Time since the column was last read before this row, or since the beginning. */
  readonly sinceObserved: number[][];
}

/** Fills what is NaN. Throws ShapeError when D differs, DataError on times that do not ascend. */
export function fillMissing(rows: Rows, options: FillMissingOptions = {}): FilledRows {
  const where = 'fillMissing';
  knownOptions(where, options, ['method', 'values', 'times']);
  const size = columnsOf(where, rows);
  const method = oneOf(where, 'method', options.method ?? 'previous', ['previous', 'constant']);
  const values = options.values ?? new Array<number>(size).fill(0);
  if (rows.length > 0 && values.length !== size) {
    throw new ShapeError(where, `\`values\` must have ${size} numbers, one for each column, got ${values.length}`);
  }
  if (!values.every(Number.isFinite)) throw new OptionError(where, '`values` must be finite numbers');
  const times = options.times ?? rows.map((_, t) => t);
  checkTimes(where, { times, rows });
  const last = values.slice();
  const since = new Array<number>(size).fill(0);
  const filled: FilledRows = {
    rows: [],
    mask: rows.map((row) => row.map((value) => (Number.isNaN(value) ? 0 : 1))),
    sinceObserved: [],
  };
  for (const [t, row] of rows.entries()) {
    for (let d = 0; t > 0 && d < size; d++) {
      since[d] = times[t]! - times[t - 1]! + (filled.mask[t - 1]![d] ? 0 : since[d]!);
    }
    filled.sinceObserved.push(since.slice());
    filled.rows.push(row.map((value, d) => (filled.mask[t]![d] ? value : last[d]!)));
    if (method === 'previous') last.splice(0, size, ...filled.rows[t]!);
  }
  return filled;
}

/** Readings at any times → rows at regular times. */
import { DataError, OptionError, ShapeError, show } from '@seqloom/core/errors';
import { knownOptions, oneOf, within } from '@seqloom/core/options';
import { columnsOf, type Rows } from './rows.js';

/** Rows and when they were read, in any unit. */
export interface TimedRows {
  /** [T], ascending. */
  readonly times: readonly number[];
  /** [T,D]; NaN is no reading. */
  readonly rows: Rows;
}

export interface RegularGridOptions {
  /** From one row to the next, in the unit of the times. */
  interval: number;
  /** `linear`: on the line between the readings around; `previous`: the last reading; linear unless told. */
  method?: 'linear' | 'previous';
  /** The time of the first row; that of the first reading unless told. */
  start?: number;
  /** The latest time of a row; that of the last reading unless told. */
  end?: number;
  /** A gap between readings that is longer is not filled; none is too long unless told. */
  longestGap?: number;
}

/** Rows at start, start + interval, … [T',D]; NaN before the first reading of a column, behind its last and in gaps too long. Throws DataError on times that do not ascend. */
export function regularGrid(readings: TimedRows, options: RegularGridOptions): { times: number[]; rows: number[][] } {
  const where = 'regularGrid';
  knownOptions(where, options, ['interval', 'method', 'start', 'end', 'longestGap']);
  const size = checkTimes(where, readings);
  const { times } = readings;
  const interval = within(where, 'interval', options.interval, Number.MIN_VALUE);
  const method = oneOf(where, 'method', options.method ?? 'linear', ['linear', 'previous']);
  if (options.longestGap !== undefined) within(where, 'longestGap', options.longestGap, 0);
  const start = options.start ?? times[0] ?? 0;
  const end = options.end ?? times.at(-1) ?? -Infinity;
  if (times.length === 0) return { times: [], rows: [] };
  if (!Number.isFinite(end - start)) throw new OptionError(where, `cannot go from ${show(start)} to ${show(end)}`);
  const near = Math.max(1e-9 * interval, 4 * Number.EPSILON * Math.max(Math.abs(start), Math.abs(end)));
  const steps = Math.max(0, Math.floor((end - start + near) / interval) + 1); // 0.3 / 0.1 is a little less than 3
  if (steps > 1e8)
    throw new OptionError(where, `${steps} rows are too many`, { hint: 'is `interval` in the unit of the times?' });
  const grid = Array.from({ length: steps }, (_, i) => start + i * interval);
  const columns = Array.from({ length: size }, (_, d) =>
    column(readings, d, { grid, near }, method, options.longestGap ?? Infinity),
  );
  return { times: grid, rows: grid.map((_, t) => columns.map((values) => values[t]!)) };
}

/** One column at the times of the grid; what is `near` one of them is read there. */
function column(
  { times, rows }: TimedRows,
  d: number,
  { grid, near }: { grid: readonly number[]; near: number },
  method: string,
  longestGap: number,
): number[] {
  const read = times.flatMap((_, i) => (Number.isNaN(rows[i]![d]!) ? [] : [i]));
  let at = -1; // the last reading up to the grid's time
  return grid.map((time) => {
    while (at + 1 < read.length && times[read[at + 1]!]! <= time + near) at++;
    const [before, after] = [read[at], read[at + 1]];
    if (before === undefined) return Number.NaN;
    const value = rows[before]![d]!;
    const past = time - times[before]!;
    if (past <= near) return value;
    if (after === undefined) return Number.NaN;
    const gap = times[after]! - times[before]!;
    if (gap > longestGap) return Number.NaN;
    return method === 'previous' ? value : value + ((rows[after]![d]! - value) * past) / gap;
  });
}

/** The D of the rows. */
export function checkTimes(where: string, { times, rows }: TimedRows): number {
  if (times.length !== rows.length)
    throw new ShapeError(where, `there are ${times.length} times and ${rows.length} rows`);
  for (const [i, time] of times.entries()) {
    if (!Number.isFinite(time)) throw new DataError(where, `time ${i} is ${show(time)}`);
    if (i > 0 && time <= times[i - 1]!) {
      const problem = `time ${i} is ${time}, not later than ${times[i - 1]}, the one before`;
      throw new DataError(where, problem, { hint: 'sort the readings by time and join those of one time' });
    }
  }
  return columnsOf(where, rows);
}

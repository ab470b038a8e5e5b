/** Numbers of any scale brought to mean 0 and deviation 1, by what was seen in training. */
import { DataError, show } from '@seqloom/core';

/** The rows of a series: at each step, D numbers. */
export type Series = readonly (readonly number[])[];

export interface Scale {
  /** [D] */
  readonly mean: readonly number[];
  /** [D]; 1 where a number never changes. */
  readonly deviation: readonly number[];
}

/** Mean and deviation of each of the D numbers over all steps. Throws DataError, with the place, on what is not finite and where D differs. */
export function scaleOf(where: string, all: readonly Series[]): Scale {
  const size = checkSeries(where, all);
  const steps = all.reduce((sum, series) => sum + series.length, 0);
  const first = all[0]![0]!;
  const mean = [...first]; // from the first row on, so that what never changes has no deviation at all
  const square = new Array<number>(size).fill(0);
  for (const series of all)
    for (const row of series) for (const [d, value] of row.entries()) mean[d] = mean[d]! + (value - first[d]!) / steps;
  for (const series of all)
    for (const row of series)
      for (const [d, value] of row.entries()) square[d] = square[d]! + (value - mean[d]!) ** 2 / steps;
  return { mean, deviation: square.map((value) => Math.sqrt(value) || 1) };
}

/** Checks that every series is a list of rows of D finite numbers, and gives D. */
export function checkSeries(
  where: string,
  all: readonly Series[],
  size: number | undefined = all[0]?.[0]?.length,
): number {
  const fail = (problem: string): never => {
    throw new DataError(where, problem, { hint: 'a series is a list of rows of the same number of finite numbers' });
  };
  if (!size) return fail('there is no series with a row of numbers');
  for (const [s, series] of all.entries()) {
    if (series.length === 0) return fail(`series ${s} is empty`);
    for (const [t, row] of series.entries()) {
      if (row.length !== size) return fail(`series ${s} has ${row.length} numbers at step ${t}, expected ${size}`);
      const bad = row.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) return fail(`series ${s} has ${show(row[bad])} at step ${t}, number ${bad}`);
    }
  }
  return size;
}

/** (x − mean) / deviation */
export function standardized(series: Series, { mean, deviation }: Scale): number[][] {
  return series.map((row) => row.map((value, d) => (value - mean[d]!) / deviation[d]!));
}

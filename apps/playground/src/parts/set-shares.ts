/** A row of shares in which a person has set some: these stand, the others divide what is left in the proportions they had. */

/** Who has which share. */
export interface SetShares {
  /** The share of each place that is set, 0 elsewhere. */
  readonly values: readonly number[];
  /** 1 at each place that is not set. */
  readonly free: readonly number[];
  /** What is left for the free places together. */
  readonly rest: number;
}

/** The newest (last) number stands first; those before it get as much as there is room, and the oldest takes what nobody else would. */
export function settleShares(set: readonly { column: number; value: number }[], size: number): SetShares {
  const [values, free] = [new Array<number>(size).fill(0), new Array<number>(size).fill(1)];
  let [rest, oldest] = [1, -1];
  for (const { column, value } of set.toReversed()) {
    if (column >= size || free[column] === 0) continue;
    values[column] = Math.min(Math.max(value, 0), rest);
    free[column] = 0;
    rest -= values[column];
    oldest = column;
  }
  if (oldest < 0 || free.includes(1)) return { values, free, rest };
  values[oldest]! += rest;
  return { values, free, rest: 0 };
}

/** The row as it is then; evenly divided where the free places had nothing. */
export function withSetShares(row: readonly number[], { values, free, rest }: SetShares): number[] {
  const [had, count] = [sum(row.map((share, i) => share * free[i]!)), sum(free)];
  return row.map((share, i) => (free[i] ? (had > 0 ? share / had : 1 / count) * rest : values[i]!));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Probabilities that someone wrote down. */
import { OptionError, ShapeError } from '@seqloom/core';

/** Rows need not be more exact than numbers that people type or print. */
const tolerance = 1e-3;

/** The logarithms of rows of probabilities; throws a ShapeError unless they have `shape`, an OptionError unless each row is a distribution. */
export function logProbabilities(
  where: string,
  name: string,
  rows: readonly (readonly number[])[],
  [count, size]: readonly number[],
): Float32Array {
  if (rows.length !== count || rows.some((row) => row.length !== size))
    throw new ShapeError(
      where,
      `\`${name}\` must be ${count} × ${size} numbers, got rows of ${rows.map((row) => row.length)}`,
    );
  for (const [i, row] of rows.entries()) {
    const sum = row.reduce((a, b) => a + b, 0);
    if (row.every((p) => p >= 0) && Math.abs(sum - 1) <= tolerance) continue;
    throw new OptionError(where, `row ${i} of \`${name}\` is not a distribution: [${row}] sums to ${sum}`, {
      hint: 'probabilities are not negative and sum to 1',
    });
  }
  return Float32Array.from(rows.flat(), Math.log);
}

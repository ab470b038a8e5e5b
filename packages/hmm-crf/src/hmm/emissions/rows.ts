/** What emissions ask of rows before they read them. */
import { DataError, show } from '@seqloom/core/errors';
import { type Observations, placeOf } from '../observations.js';

/** Throws a DataError naming sequence, step and column of the first value that is there and not `accepted`. */
export function checkValues(
  where: string,
  data: Observations,
  accepted: (value: number) => boolean,
  expected: string,
): void {
  const { values } = data;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value) || accepted(value)) continue;
    throw new DataError(where, `${placeOf(data, at)}: expected ${expected}, got ${show(value)}`);
  }
}

/** Positive parameters of durations, one per state, checked. */
import { OptionError, show } from '@seqloom/core/errors';
import { matrix } from '../../distributions.js';

/** K numbers above 0 and below `limit`, from as many or from one for all. Throws a ShapeError or OptionError. */
export function positives(
  where: string,
  name: string,
  given: ArrayLike<number> | number,
  stateCount: number,
  limit: number = Infinity,
): Float64Array {
  const all = typeof given === 'number' ? new Float64Array(stateCount).fill(given) : given;
  const values = matrix(where, name, all, [1, stateCount]);
  if (values.every((v) => v > 0 && v < limit)) return values;
  throw new OptionError(
    where,
    `\`${name}\` must be above 0${limit < Infinity ? ` and below ${limit}` : ''}, got ${show([...values])}`,
  );
}

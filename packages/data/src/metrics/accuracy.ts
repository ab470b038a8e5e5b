/** Token accuracy, as taggers are measured. */
import { DataError, ShapeError } from '@seqloom/core/errors';

/** The share of places at which `predicted` equals `expected`, over sequences B × length; places where `mask` is 0 do not count. Throws ShapeError when lengths differ and DataError when no place counts. */
export function tokenAccuracy<T extends string | number>(
  predicted: readonly (readonly T[])[],
  expected: readonly (readonly T[])[],
  mask?: readonly (readonly (number | boolean)[])[],
): number {
  sameLength('sequences', predicted, expected, mask);
  let correct = 0;
  let total = 0;
  for (const [b, row] of expected.entries()) {
    sameLength(`places in sequence ${b}`, predicted[b]!, row, mask?.[b]);
    for (const [t, label] of row.entries()) {
      if (mask && !mask[b]![t]) continue;
      total++;
      if (predicted[b]![t] === label) correct++;
    }
  }
  if (total === 0) throw new DataError('tokenAccuracy', 'there is no place to compare');
  return correct / total;
}

type List = readonly unknown[];

function sameLength(what: string, predicted: List, expected: List, mask: List = expected): void {
  if (predicted.length === expected.length && mask.length === expected.length) return;
  const got = `${predicted.length} predicted, ${expected.length} expected and ${mask.length} in the mask`;
  throw new ShapeError('tokenAccuracy', `the numbers of ${what} must agree, got ${got}`);
}

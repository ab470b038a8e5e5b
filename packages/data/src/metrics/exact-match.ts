/** Exact match, as sequence-to-sequence models are measured. */
import { DataError, ShapeError } from '@seqloom/core/errors';

/** The share of outputs that equal what was expected from beginning to end; a text or a list of labels is one output. Throws ShapeError when the numbers differ and DataError when there is none. */
export function exactMatch<T extends string | readonly (string | number)[]>(
  predicted: readonly T[],
  expected: readonly T[],
): number {
  if (predicted.length !== expected.length) {
    throw new ShapeError('exactMatch', `got ${predicted.length} outputs for ${expected.length} expected ones`);
  }
  if (expected.length === 0) throw new DataError('exactMatch', 'there is no output to compare');
  return expected.filter((output, index) => equal(predicted[index]!, output)).length / expected.length;
}

function equal(a: string | readonly unknown[], b: string | readonly unknown[]): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

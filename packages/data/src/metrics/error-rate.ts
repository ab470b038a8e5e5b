/** Error rates, as speech recognisers are measured: words (WER), characters (CER) or any labels. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { align } from './align.js';
import { splitAtWhiteSpace } from './white-space.js';

/** Substitutions, deletions and insertions of all outputs together, divided by the labels that were expected; above 1 where too much was said. Throws ShapeError when the numbers of outputs differ and DataError when nothing was expected. */
export function errorRate<T extends string | number>(
  predicted: readonly (readonly T[])[],
  expected: readonly (readonly T[])[],
): number {
  if (predicted.length !== expected.length)
    throw new ShapeError('errorRate', `got ${predicted.length} outputs for ${expected.length} expected ones`);
  const total = expected.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) throw new DataError('errorRate', 'no label was expected');
  return expected.reduce((sum, row, i) => sum + editDistance(predicted[i]!, row), 0) / total;
}

/** The word error rate (WER) of all texts together; words are what white space separates, so put both into one case and spelling before. Throws as `errorRate` does. */
export function wordErrorRate(predicted: readonly string[], expected: readonly string[]): number {
  return errorRate(predicted.map(splitAtWhiteSpace), expected.map(splitAtWhiteSpace));
}

/** The character error rate (CER) of all texts together, over Unicode code points with blanks between words, but not around them. Throws as `errorRate` does. */
export function characterErrorRate(predicted: readonly string[], expected: readonly string[]): number {
  const characters = (text: string) => [...text.trim()];
  return errorRate(predicted.map(characters), expected.map(characters));
}

/** How many labels were right, changed, missing and added. */
export interface EditCounts {
  readonly equal: number;
  readonly substitute: number;
  readonly delete: number;
  readonly insert: number;
}

/** The edits of all outputs together by kind, in the alignments that `align` gives. Throws ShapeError when the numbers of outputs differ. */
export function editCounts<T extends string | number>(
  predicted: readonly (readonly T[])[],
  expected: readonly (readonly T[])[],
): EditCounts {
  if (predicted.length !== expected.length)
    throw new ShapeError('editCounts', `got ${predicted.length} outputs for ${expected.length} expected ones`);
  const counts = { equal: 0, substitute: 0, delete: 0, insert: 0 };
  for (const [i, row] of expected.entries()) for (const { kind } of align(predicted[i]!, row)) counts[kind]++;
  return counts;
}

/** The least number of labels to change, leave out or put in to come from `from` to `to` (Levenshtein 1966). */
export function editDistance<T>(from: readonly T[], to: readonly T[]): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const label of from) {
    const next = [row[0]! + 1];
    for (const [j, other] of to.entries())
      next.push(Math.min(row[j]! + Number(label !== other), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[to.length]!;
}

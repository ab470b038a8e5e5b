/** Which labels are taken for which. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';
import { type ScoreReport, scoreReport, Tally } from './scores.js';

export interface ConfusionMatrix<T extends string | number> {
  /** The labels of rows and columns. */
  readonly labels: readonly T[];
  /** `counts[i][j]`: how often `labels[i]` was expected and `labels[j]` predicted. */
  readonly counts: readonly (readonly number[])[];
}

/** How often each label was predicted for each, K × K; `labels` gives the order, otherwise they are sorted. Throws ShapeError when the numbers differ and DataError when there is nothing to compare or a label is not in `labels`. */
export function confusionMatrix<T extends string | number>(
  predicted: readonly T[],
  expected: readonly T[],
  labels: readonly T[] = sortedLabels(predicted, expected),
): ConfusionMatrix<T> {
  if (predicted.length !== expected.length)
    throw new ShapeError('confusionMatrix', `got ${predicted.length} labels for ${expected.length} expected ones`);
  if (expected.length === 0) throw new DataError('confusionMatrix', 'there is no label to compare');
  const index = new Map(labels.map((label, i) => [label, i]));
  const place = (label: T) => {
    const found = index.get(label);
    if (found === undefined) throw new DataError('confusionMatrix', `${show(label)} is none of the labels`);
    return found;
  };
  const counts = labels.map(() => labels.map(() => 0));
  for (const [i, label] of expected.entries()) counts[place(label)]![place(predicted[i]!)]!++;
  return { labels, counts };
}

/** Precision, recall and F1 of each label and their averages; the micro average is the accuracy. Throws as `confusionMatrix` does. */
export function labelF1<T extends string | number>(predicted: readonly T[], expected: readonly T[]): ScoreReport {
  const { labels, counts } = confusionMatrix(predicted, expected);
  const tallies = labels.map((label, i) => {
    const tally = new Tally();
    tally.correct = counts[i]![i]!;
    tally.expected = counts[i]!.reduce((sum, each) => sum + each, 0);
    tally.predicted = counts.reduce((sum, row) => sum + row[i]!, 0);
    return [String(label), tally] as const;
  });
  return scoreReport(new Map(tallies));
}

function sortedLabels<T extends string | number>(predicted: readonly T[], expected: readonly T[]): T[] {
  return [...new Set([...expected, ...predicted])].sort((a, b) => (a < b ? -1 : 1));
}

/** Whether probabilities mean what they say. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';

export interface CalibrationOptions {
  /** Into how many parts of the same width [0, 1] is cut, 15 unless told. */
  readonly bins?: number;
}

/** The predictions whose probability lies in (low, high]. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Their mean probability; 0 where there is none. */
  readonly confidence: number;
  /** The share of them that is right; 0 where there is none. */
  readonly accuracy: number;
}

/** How often the most probable class is right, by its probability: the bars of a reliability diagram. Probabilities N × K, classes N; throws as `brierScore` does. */
export function calibrationBins(
  probabilities: readonly (readonly number[])[],
  expected: readonly number[],
  options: CalibrationOptions = {},
): CalibrationBin[] {
  knownOptions('calibrationBins', options, ['bins']);
  const bins = count('calibrationBins', 'bins', options.bins ?? 15);
  checkProbabilities('calibrationBins', probabilities, expected);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const [i, row] of probabilities.entries()) {
    const confidence = Math.max(...row);
    const bin = sums[Math.min(bins, Math.ceil(confidence * bins)) - 1]!;
    bin.count++;
    bin.confidence += confidence;
    if (row.indexOf(confidence) === expected[i]) bin.right++;
  }
  return sums.map(({ count, confidence, right }, i) => {
    const n = Math.max(1, count);
    return { low: i / bins, high: (i + 1) / bins, count, confidence: confidence / n, accuracy: right / n };
  });
}

/** ECE: by how much probability and accuracy differ on average, 0 to 1 (Guo et al. 2017, arXiv:1706.04599). Probabilities N × K, classes N; throws as `brierScore` does. */
export function expectedCalibrationError(
  probabilities: readonly (readonly number[])[],
  expected: readonly number[],
  options: CalibrationOptions = {},
): number {
  const bins = calibrationBins(probabilities, expected, options);
  const gaps = bins.map(({ count, confidence, accuracy }) => count * Math.abs(confidence - accuracy));
  return gaps.reduce((sum, each) => sum + each, 0) / expected.length;
}

/** The squared distance of the probabilities from certainty about the right class, on average: 0 is best, 2 worst (Brier 1950). Probabilities N × K, classes N. Throws ShapeError when the numbers differ and DataError when there is nothing to compare, a row is no distribution or a class is none of its columns. */
export function brierScore(probabilities: readonly (readonly number[])[], expected: readonly number[]): number {
  checkProbabilities('brierScore', probabilities, expected);
  const distance = (row: readonly number[], right: number) =>
    row.reduce((sum, p, k) => sum + (p - Number(k === right)) ** 2, 0);
  return probabilities.reduce((sum, row, i) => sum + distance(row, expected[i]!), 0) / expected.length;
}

/** As far as the softmax of 32-bit floats may be from 1. */
const tolerance = 1e-3;

function checkProbabilities(where: string, rows: readonly (readonly number[])[], expected: readonly number[]): void {
  if (rows.length !== expected.length)
    throw new ShapeError(where, `got ${rows.length} rows of probabilities for ${expected.length} classes`);
  if (rows.length === 0) throw new DataError(where, 'there is nothing to compare');
  for (const [i, row] of rows.entries()) {
    const sum = row.reduce((total, p) => total + p, 0);
    if (!(Math.abs(sum - 1) <= tolerance && row.every((p) => p >= 0)))
      throw new DataError(where, `row ${i} is no distribution`, { hint: 'take the softmax of logits' });
    if (!(expected[i]! in row)) throw new DataError(where, `row ${i} has no column for class ${expected[i]}`);
  }
}

/** How often each label was taken for each other: colour is the share of the row, the number is the count. */
import type { ConfusionPicture } from '../experiment.js';
import type { Drawing } from './drawing.js';
import { matrixDrawing } from './matrix-drawing.js';
import { percent } from './palette.js';

export function confusionDrawing({ labels, counts }: ConfusionPicture, available: number): Drawing {
  const K = labels.length;
  const totals = labels.map((_, row) => counts.subarray(row * K, (row + 1) * K).reduce((sum, count) => sum + count, 0));
  return matrixDrawing(
    {
      rows: labels,
      columns: labels,
      axes: ['really', 'taken for'],
      values: counts,
      size: (count, row) => count / Math.max(1, totals[row]!),
      show: (count, row) => `${count} (${percent(count / Math.max(1, totals[row]!))})`,
    },
    available,
  );
}

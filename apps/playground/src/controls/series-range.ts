/** What the drawing of a series spans. */
import type { SeriesField } from '../input.js';

type Range = Pick<SeriesField, 'minimum' | 'maximum'>;

/** The field's own range, widened to the numbers that lie beyond it. */
export function rangeOf({ minimum, maximum }: Range, values: readonly number[]): Range {
  return { minimum: Math.min(minimum, ...values), maximum: Math.max(maximum, ...values) };
}

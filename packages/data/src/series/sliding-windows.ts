/** Windows that slide over a sequence and may overlap: the examples of forecasts and of labels for a stretch of time. */
import { count, knownOptions } from '@seqloom/core/options';

export interface SlidingWindowsOptions {
  /** Items of a window. */
  steps: number;
  /** Items from the beginning of a window to that of the next; as many as `steps`, so that none overlap, unless told. */
  hop?: number;
  /** Items behind each window that come along, such as those that are to be forecast; 0 unless told. */
  ahead?: number;
}

/** All windows of steps + ahead items that lie wholly in a sequence. (`windows` is for training on whole sequences, side by side.) */
export function slidingWindows<T>(items: readonly T[], options: SlidingWindowsOptions): T[][] {
  const where = 'slidingWindows';
  knownOptions(where, options, ['steps', 'hop', 'ahead']);
  const steps = count(where, 'steps', options.steps);
  const hop = count(where, 'hop', options.hop ?? steps);
  const size = steps + count(where, 'ahead', options.ahead ?? 0, 0);
  const found: T[][] = [];
  for (let start = 0; start + size <= items.length; start += hop) found.push(items.slice(start, start + size));
  return found;
}

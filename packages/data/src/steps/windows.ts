/** Dataset step: long sequences side by side, a window of time after the other, for truncated backpropagation. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count, knownOptions } from '@seqloom/core/options';
import type { Step } from '../pipe.js';

export interface WindowsOptions {
  /** Sequences side by side: a row takes the next one where its own ends. */
  rows: number;
  /** Items of a window, except at the end of a sequence. */
  steps: number;
  /** Items of the next window that come along, such as the one that a language model is to predict; 0 unless told. */
  ahead?: number;
}

/** What one row reads next. */
export interface Window<T> {
  /** None where the sequences have run out. */
  readonly items: readonly T[];
  /** Whether a sequence begins here. */
  readonly starts: boolean;
}

/** Every sequence that is longer than `ahead`: a list with one window for each row at a time, until all have run out. */
export function windows<T>(options: WindowsOptions): Step<readonly T[], Window<T>[]> {
  knownOptions('windows', options, ['rows', 'steps', 'ahead']);
  count('windows', 'rows', options.rows);
  count('windows', 'steps', options.steps);
  count('windows', 'ahead', options.ahead ?? 0, 0);
  return (data) => dataset(() => sideBySide(data, options));
}

async function* sideBySide<T>(data: Dataset<readonly T[]>, { rows, steps, ahead = 0 }: WindowsOptions) {
  const sequences = longerThan(data, ahead);
  const places = Array.from({ length: rows }, () => ({ sequence: [] as readonly T[], from: 0 }));
  try {
    for (;;) {
      const found: Window<T>[] = [];
      for (const place of places) {
        if (place.from + ahead >= place.sequence.length) {
          const next = await sequences.next();
          Object.assign(place, { sequence: next.done ? [] : next.value, from: 0 });
        }
        const { sequence, from } = place;
        found.push({ items: sequence.slice(from, from + steps + ahead), starts: from === 0 && sequence.length > 0 });
        place.from += steps;
      }
      if (found.every(({ items }) => items.length === 0)) return;
      yield found;
    }
  } finally {
    await sequences.return(undefined);
  }
}

async function* longerThan<T>(data: Dataset<readonly T[]>, length: number): AsyncGenerator<readonly T[], undefined> {
  for await (const sequence of data) if (sequence.length > length) yield sequence;
  return undefined;
}

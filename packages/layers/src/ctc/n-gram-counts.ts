/** Counts of n-grams, as smoothing wants them. */
import { DataError } from '@seqloom/core';

/** What follows a context: how often anything does, and how many different ids. */
export interface Backoffs {
  total: number;
  kinds: number;
}

/** For each length, from 1: n-grams and contexts by their ids joined by spaces, and what Kneser–Ney takes off each count. */
export interface NGramCounts {
  readonly byOrder: readonly {
    readonly counts: ReadonlyMap<string, number>;
    readonly contexts: ReadonlyMap<string, Backoffs>;
    readonly discount: number;
  }[];
}

/**
 * Counts of sequences with their start and end. For Kneser–Ney, an n-gram that is shorter than `order` and does not begin with the start
 * counts once for each different id before it. Throws DataError on an id that is not in the vocabulary.
 */
export function countNGrams(
  sequences: Iterable<readonly number[]>,
  order: number,
  vocabularySize: number,
  kneserNey: boolean,
): NGramCounts {
  const occurrences = Array.from({ length: order }, () => new Map<string, number>());
  let row = 0;
  for (const ids of sequences) {
    const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (bad !== undefined) {
      throw new DataError('NGramModel.train', `id ${bad} of sequence ${row} is not in the vocabulary`, {
        hint: `ids are whole numbers from 0 to ${vocabularySize - 1}`,
      });
    }
    const tokens = ['<s>', ...ids.map(String), '</s>'];
    for (let end = 2; end <= tokens.length; end++) {
      for (let n = 1; n <= order && n <= end; n++) add(occurrences[n - 1]!, tokens.slice(end - n, end).join(' '));
    }
    row++;
  }
  if (row === 0) throw new DataError('NGramModel.train', 'there are no sequences to count');
  const counts = occurrences.map((grams, i) =>
    kneserNey && i < order - 1 ? continuations(grams, occurrences[i + 1]!) : grams,
  );
  return {
    byOrder: counts.map((grams) => ({ counts: grams, contexts: contextsOf(grams), discount: discountOf(grams) })),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** How many different ids stand before each n-gram; nothing stands before the start, whose n-grams keep their counts. */
function continuations(grams: ReadonlyMap<string, number>, longer: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>();
  for (const key of longer.keys()) add(found, key.slice(key.indexOf(' ') + 1));
  for (const [key, n] of grams) if (key.startsWith('<s> ')) found.set(key, n);
  return found;
}

function contextsOf(grams: ReadonlyMap<string, number>): Map<string, Backoffs> {
  const contexts = new Map<string, Backoffs>();
  for (const [key, n] of grams) {
    const context = key.slice(0, Math.max(0, key.lastIndexOf(' ')));
    const known = contexts.get(context) ?? { total: 0, kinds: 0 };
    contexts.set(context, { total: known.total + n, kinds: known.kinds + 1 });
  }
  return contexts;
}

/** n1/(n1 + 2·n2), from how many n-grams occur once and twice (Ney, Essen & Kneser 1994); ½ where none occurs once. */
function discountOf(grams: ReadonlyMap<string, number>): number {
  const [once, twice] = [1, 2].map((n) => [...grams.values()].filter((value) => value === n).length) as [
    number,
    number,
  ];
  return once > 0 && twice > 0 ? once / (once + 2 * twice) : 0.5;
}

/** Which neighbours byte-pair encoding joins: again and again the most frequent pair (Sennrich, Haddow & Birch 2016, arXiv 1508.07909). */
import type { Merge } from '../models/pair-merger.js';
import { PairCounts } from './pair-counts.js';

export interface LearningBounds {
  /** Symbols in all, where learning ends. */
  size: number;
  /** A pair that is rarer is not joined. */
  minCount: number;
  /** Texts that no symbol may read. */
  forbidden: ReadonlySet<string>;
  /** How the text of two symbols is written together; one behind the other unless told. */
  write?: (left: string, right: string) => string;
}

interface Word {
  symbols: number[];
  readonly count: number;
}

/** `symbols` with every `left right` joined, from left to right. */
function joinPairs(symbols: readonly number[], { left, right, joined }: Merge): number[] {
  const out: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const found = symbols[i] === left && symbols[i + 1] === right;
    out.push(found ? joined : symbols[i]!);
    if (found) i++;
  }
  return out;
}

/** The merges in the order in which they are learnt, one at a time; `tokens`, the text of each symbol, grows with them. Of equally frequent pairs the one of earlier symbols is first. */
export function* learnMerges(tokens: string[], words: readonly Word[], bounds: LearningBounds): Generator<Merge> {
  const { write = (left, right) => left + right } = bounds;
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const pairs = new PairCounts();
  words.forEach((word, place) => {
    pairs.add(word.symbols, place, word.count);
  });
  pairs.settle();
  while (tokens.length < bounds.size) {
    const best = pairs.takeMostFrequent();
    if (!best || best.count < bounds.minCount) return;
    const text = write(tokens[best.left]!, tokens[best.right]!);
    if (bounds.forbidden.has(text)) continue;
    const joined = ids.get(text) ?? tokens.push(text) - 1;
    ids.set(text, joined);
    const merge = { left: best.left, right: best.right, joined };
    for (const place of best.places) {
      const word = words[place]!;
      pairs.add(word.symbols, place, -word.count);
      word.symbols = joinPairs(word.symbols, merge);
      pairs.add(word.symbols, place, word.count);
    }
    pairs.settle();
    yield merge;
  }
}

/** How often two symbols stand side by side and where, the most frequent pair at hand. */

/** A number for a pair of symbols, in the order of pairs. */
export function pairKey(left: number, right: number): number {
  return left * 2 ** 26 + right;
}

/** Two neighbouring symbols and the words in which they were seen. */
export interface Pair {
  readonly left: number;
  readonly right: number;
  readonly key: number;
  readonly places: Set<number>;
  count: number;
}

interface Entry {
  readonly pair: Pair;
  readonly count: number;
}

/** A heap whose outdated entries are passed over. */
export class PairCounts {
  readonly #pairs = new Map<number, Pair>();
  readonly #changed = new Map<Pair, number>();
  readonly #heap: Entry[] = [];

  /** Counts the pairs of a word `times` more. */
  add(symbols: readonly number[], place: number, times: number): void {
    for (let i = 1; i < symbols.length; i++) {
      const [left, right] = [symbols[i - 1]!, symbols[i]!];
      const key = pairKey(left, right);
      let pair = this.#pairs.get(key);
      if (!pair) {
        pair = { left, right, key, places: new Set(), count: 0 };
        this.#pairs.set(key, pair);
      }
      if (!this.#changed.has(pair)) this.#changed.set(pair, pair.count);
      pair.count += times;
      if (times > 0) pair.places.add(place);
    }
  }

  /** Takes in what was counted since. */
  settle(): void {
    for (const [pair, before] of this.#changed) {
      if (pair.count === 0) this.#pairs.delete(pair.key);
      else if (pair.count !== before) this.#push({ pair, count: pair.count });
    }
    this.#changed.clear();
  }

  /** Of equally frequent pairs the one of earlier symbols. */
  takeMostFrequent(): Pair | undefined {
    while (true) {
      const top = this.#pop();
      if (!top || top.pair.count === top.count) return top?.pair;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    for (let above = (at - 1) >> 1; at > 0 && before(entry, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let at = 0;
    while (true) {
      let below = 2 * at + 1;
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++;
      if (below >= heap.length || !before(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.count > b.count || (a.count === b.count && a.pair.key < b.pair.key);
}

/** Byte-pair encoding of a word: joins neighbours, always the pair that was learnt first, the leftmost of equals. arXiv 1508.07909. */
import { pairKey } from '../learning/pair-counts.js';
import type { WordTokens } from '../pipeline.js';

/** Symbols `left` and `right` that become symbol `joined`. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly joined: number;
}

/** Joins the symbols of words by ranked merges. */
export class PairMerger {
  readonly #merges: readonly Merge[];
  readonly #ranks: ReadonlyMap<number, number>;

  constructor(merges: readonly Merge[]) {
    this.#merges = merges;
    this.#ranks = new Map(merges.map(({ left, right }, rank) => [pairKey(left, right), rank]));
  }

  /** The tokens of a word's symbols. */
  join({ ids, starts, ends }: WordTokens): WordTokens {
    const symbols = [...ids];
    const [from, to] = [[...starts], [...ends]];
    if (symbols.length <= 32) this.#joinShort(symbols, from, to);
    else return this.#joinLong(symbols, from, to);
    return { ids: symbols, starts: from, ends: to };
  }

  #rank(left: number, right: number): number {
    return this.#ranks.get(pairKey(left, right)) ?? Infinity;
  }

  /** Looks through all pairs each time. */
  #joinShort(ids: number[], starts: number[], ends: number[]): void {
    const ranks = ids.map((id, i) => (i + 1 < ids.length ? this.#rank(id, ids[i + 1]!) : Infinity));
    while (true) {
      let best = 0;
      for (let i = 1; i < ranks.length; i++) if (ranks[i]! < ranks[best]!) best = i;
      const rank = ranks[best] ?? Infinity;
      if (rank === Infinity) return;
      ids[best] = this.#merges[rank]!.joined;
      ends[best] = ends[best + 1]!;
      for (const list of [ids, ranks]) list.splice(best + 1, 1);
      starts.splice(best + 1, 1);
      ends.splice(best + 1, 1);
      ranks[best] = best + 1 < ids.length ? this.#rank(ids[best]!, ids[best + 1]!) : Infinity;
      if (best > 0) ranks[best - 1] = this.#rank(ids[best - 1]!, ids[best]!);
    }
  }

  /** In time n log n: the pairs wait by rank and place, neighbours are linked; -1 marks a symbol that is gone. */
  #joinLong(ids: number[], starts: number[], ends: number[]): WordTokens {
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    const waiting = new Queue();
    const offer = (i: number) => {
      const rank = i >= 0 && next[i]! < ids.length ? this.#rank(ids[i]!, ids[next[i]!]!) : Infinity;
      if (rank !== Infinity) waiting.push(rank, i);
    };
    for (let i = 0; i < ids.length; i++) offer(i);
    while (waiting.size > 0) {
      const [rank, i] = waiting.pop();
      const right = next[i]!;
      const merge = this.#merges[rank]!;
      if (ids[i] !== merge.left || right >= ids.length || ids[right] !== merge.right) continue; // was joined before
      ids[i] = merge.joined;
      ends[i] = ends[right]!;
      ids[right] = -1;
      next[i] = next[right]!;
      if (next[i]! < ids.length) previous[next[i]!] = i;
      offer(i);
      offer(previous[i]!);
    }
    const left = ids.flatMap((id, i) => (id === -1 ? [] : [i]));
    return { ids: left.map((i) => ids[i]!), starts: left.map((i) => starts[i]!), ends: left.map((i) => ends[i]!) };
  }
}

/** Pairs of numbers, the smallest first, in a binary heap. */
class Queue {
  readonly #keys: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  push(rank: number, place: number): void {
    const keys = this.#keys;
    const key = rank * 2 ** 30 + place;
    let at = keys.push(key) - 1;
    for (let above = (at - 1) >> 1; at > 0 && key < keys[above]!; above = (at - 1) >> 1) {
      keys[at] = keys[above]!;
      at = above;
    }
    keys[at] = key;
  }

  pop(): [rank: number, place: number] {
    const keys = this.#keys;
    const top = keys[0]!;
    const last = keys.pop()!;
    if (keys.length > 0) {
      let at = 0;
      while (true) {
        let below = 2 * at + 1;
        if (below + 1 < keys.length && keys[below + 1]! < keys[below]!) below++;
        if (below >= keys.length || keys[below]! >= last) break;
        keys[at] = keys[below]!;
        at = below;
      }
      keys[at] = last;
    }
    return [Math.floor(top / 2 ** 30), top % 2 ** 30];
  }
}

/** All ways to cut a word into tokens with probabilities, and sums and maxima over them. Unigram language model of Kudo 2018, arXiv 1804.10959. */
import type { Rng } from '@seqloom/core/rng';
import { Trie } from './trie.js';

/** A token of a word: [start, end) in code units; `id` -1 is a character that no token covers. */
export interface Arc {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** One way through a word, and its log-probability. */
export interface Path {
  readonly arcs: readonly Arc[];
  readonly score: number;
}

/** The tokens of a vocabulary with their log-probabilities: what words are cut into. */
export class UnigramModel {
  readonly scores: ArrayLike<number>;
  /** The log-probability of a character that no token covers: 10 below the rarest token, as in SentencePiece. */
  readonly unknownScore: number;
  readonly #trie: Trie;

  /** -Infinity takes a token out. */
  constructor(tokens: Iterable<string>, scores: ArrayLike<number>) {
    this.#trie = new Trie(tokens);
    this.scores = scores;
    let lowest = 0;
    for (let i = 0; i < scores.length; i++) if (scores[i]! !== -Infinity) lowest = Math.min(lowest, scores[i]!);
    this.unknownScore = lowest - 10;
  }

  /** Visits every token that begins at `start`, shorter ones first; a character without one of its own is unknown. */
  eachArc(word: string, start: number, visit: (id: number, end: number, score: number) => void): void {
    const single = start + (word.codePointAt(start)! > 0xffff ? 2 : 1);
    let covered = false;
    let node = 0;
    for (let end = start; end < word.length; ) {
      node = this.#trie.next(node, word.charCodeAt(end++));
      if (node === 0) break;
      const id = this.#trie.value(node);
      if (id === -1 || this.scores[id] === -Infinity) continue;
      visit(id, end, this.scores[id]!);
      if (end === single) covered = true;
    }
    if (!covered) visit(-1, single, this.unknownScore);
  }

  /** The most probable way; of equals the one that was found first. */
  best(word: string): Path {
    const scores = new Float64Array(word.length + 1).fill(-Infinity);
    const starts = new Int32Array(word.length + 1).fill(-1);
    const ids = new Int32Array(word.length + 1);
    scores[0] = 0;
    for (let start = 0; start < word.length; start++) {
      if (scores[start] === -Infinity) continue;
      this.eachArc(word, start, (id, end, score) => {
        if (starts[end] !== -1 && score + scores[start]! <= scores[end]!) return;
        scores[end] = score + scores[start]!;
        starts[end] = start;
        ids[end] = id;
      });
    }
    const arcs: Arc[] = [];
    for (let end = word.length; end > 0; end = starts[end]!) {
      const start = starts[end]!;
      arcs.push({ id: ids[end]!, start, end, score: scores[end]! - scores[start]! });
    }
    return { arcs: arcs.reverse(), score: scores[word.length]! };
  }

  /** The sum over all ways to each place, in the log domain. `temper` multiplies every log-probability. */
  forward(word: string, temper = 1): Float64Array {
    const sums = new Float64Array(word.length + 1).fill(-Infinity);
    sums[0] = 0;
    for (let start = 0; start < word.length; start++) {
      if (sums[start] === -Infinity) continue;
      this.eachArc(word, start, (_, end, score) => {
        sums[end] = addLog(sums[end]!, sums[start]! + temper * score);
      });
    }
    return sums;
  }

  /** Visits each token of each way with its probability among all ways (forward–backward); gives log P(word). */
  expect(word: string, visit: (id: number, probability: number) => void): number {
    const before = this.forward(word);
    const total = before[word.length]!;
    const behind = new Float64Array(word.length + 1).fill(-Infinity);
    behind[word.length] = 0;
    for (let start = word.length - 1; start >= 0; start--) {
      if (before[start] === -Infinity) continue;
      this.eachArc(word, start, (id, end, score) => {
        if (behind[end] === -Infinity) return;
        behind[start] = addLog(behind[start]!, behind[end]! + score);
        visit(id, Math.exp(before[start]! + score + behind[end]! - total));
      });
    }
    return total;
  }

  /** The `count` most probable ways, best first: each place keeps its best so many. */
  nBest(word: string, count: number): Path[] {
    type Way = { score: number; arc?: Arc; before?: Way };
    const ways: Way[][] = Array.from({ length: word.length + 1 }, () => []);
    ways[0]!.push({ score: 0 });
    for (let start = 0; start < word.length; start++) {
      const here = ways[start]!.sort((a, b) => b.score - a.score).slice(0, count);
      this.eachArc(word, start, (id, end, score) => {
        for (const before of here) {
          ways[end]!.push({ score: before.score + score, arc: { id, start, end, score }, before });
        }
      });
    }
    const found = ways[word.length]!.sort((a, b) => b.score - a.score).slice(0, count);
    return found.map((way) => {
      const arcs: Arc[] = [];
      for (let at: Way | undefined = way; at?.arc; at = at.before) arcs.push(at.arc);
      return { arcs: arcs.reverse(), score: way.score };
    });
  }

  /** A way drawn with probability ∝ P(way)^temper (subword regularisation): forward filtering, backward sampling. */
  sample(word: string, temper: number, rng: Rng): Arc[] {
    const sums = this.forward(word, temper);
    const into: Arc[][] = Array.from({ length: word.length + 1 }, () => []);
    for (let start = 0; start < word.length; start++) {
      if (sums[start] === -Infinity) continue;
      this.eachArc(word, start, (id, end, score) => {
        into[end]!.push({ id, start, end, score });
      });
    }
    const arcs: Arc[] = [];
    for (let end = word.length; end > 0; ) {
      let left = rng.uniform();
      const choices = into[end]!;
      const chosen =
        choices.find((arc) => {
          left -= Math.exp(sums[arc.start]! + temper * arc.score - sums[end]!);
          return left < 0;
        }) ?? choices.at(-1)!;
      arcs.push(chosen);
      end = chosen.start;
    }
    return arcs.reverse();
  }
}

function addLog(a: number, b: number): number {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

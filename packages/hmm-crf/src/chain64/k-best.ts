/** The k best paths: Viterbi with lists (Seshadri & Sundberg 1994). */
import { type Float64Potentials, type Layout, moveAt, realSteps } from './potentials.js';

/** A path through one sequence, −1 at masked steps, and the sum of the potentials along it. */
export interface ScoredPath {
  /** [T] */
  readonly path: Int32Array;
  readonly score: number;
}

/** At most k paths through sequence b that are possible, best first; one, of score 0, where there is no real step. */
export function kBestPaths(potentials: Float64Potentials, layout: Layout, b: number, k: number): ScoredPath[] {
  const { K, firsts, lengths } = layout;
  const { initial, transition, emission, final } = potentials;
  const steps = realSteps(layout, b);
  if (steps.length === 0) return [{ path: new Int32Array(lengths[b]!).fill(-1), score: 0 }];
  const lists = new Lists(K, k);
  const origins = new Int32Array(steps.length * K * k); // [n,K,k]: where the path of each rank stood before, state · k + rank
  let [scores, next] = [new Float64Array(K * k).fill(-Infinity), new Float64Array(K * k)]; // [K,k], best first
  for (let j = 0; j < K; j++) scores[j * k] = initial[j]! + emission[(firsts[b]! + steps[0]!) * K + j]!;
  for (let n = 1; n < steps.length; n++) {
    const t = steps[n]!;
    const [at, move] = [(firsts[b]! + t) * K, moveAt(layout, transition, b, t)];
    for (let j = 0; j < K; j++) {
      for (let i = 0; i < K; i++) lists.extra[i] = transition[move + i * K + j]!;
      lists.merge(scores, emission[at + j]!, next, j * k, origins, (n * K + j) * k);
    }
    [scores, next] = [next, scores];
  }
  const [best, ends] = [new Float64Array(k), new Int32Array(k)];
  for (let i = 0; i < K; i++) lists.extra[i] = final?.[i] ?? 0;
  lists.merge(scores, 0, best, 0, ends, 0);
  const possible = best.indexOf(-Infinity);
  return Array.from(best.subarray(0, possible < 0 ? k : possible), (score, rank) => {
    const path = new Int32Array(lengths[b]!).fill(-1);
    for (let n = steps.length - 1, place = ends[rank]!; n >= 0; n--) {
      path[steps[n]!] = Math.floor(place / k);
      place = origins[n * K * k + place]!;
    }
    return { path, score };
  });
}

/** K lists of k scores each, merged again and again. */
class Lists {
  /** [K]: what is added to each list. */
  readonly extra: Float64Array;
  readonly #k: number;
  readonly #heads: Int32Array;
  readonly #tops: Float64Array;

  constructor(K: number, k: number) {
    this.#k = k;
    this.extra = new Float64Array(K);
    this.#heads = new Int32Array(K);
    this.#tops = new Float64Array(K);
  }

  /** The k best of sorted lists [K,k], `more` added to all, into `best` from `to` on, and where they stood into `places`; of equals the first list wins. */
  merge(
    lists: Float64Array,
    more: number,
    best: Float64Array,
    to: number,
    places: Int32Array,
    placesFrom: number,
  ): void {
    const [k, heads, tops, extra] = [this.#k, this.#heads, this.#tops, this.extra];
    for (let list = 0; list < tops.length; list++) {
      heads[list] = 0;
      tops[list] = lists[list * k]! + extra[list]!;
    }
    for (let rank = 0; rank < k; rank++) {
      let chosen = 0;
      for (let list = 1; list < tops.length; list++) if (tops[list]! > tops[chosen]!) chosen = list;
      const head = heads[chosen]!;
      best[to + rank] = tops[chosen]! + more;
      places[placesFrom + rank] = chosen * k + head;
      if (tops[chosen] === -Infinity) continue; // and so are all that follow
      heads[chosen] = head + 1;
      tops[chosen] = head + 1 < k ? lists[chosen * k + head + 1]! + extra[chosen]! : -Infinity;
    }
  }
}

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
  const origins = new Int32Array(steps.length * K * k); // [n,K,k]: where the path of each rank stood before, state · k + rank
  let scores = new Float64Array(K * k).fill(-Infinity); // [K,k], best first
  for (const [n, t] of steps.entries()) {
    const next = new Float64Array(K * k).fill(-Infinity);
    const at = (firsts[b]! + t) * K;
    const move = n > 0 ? moveAt(layout, transition, b, t) : 0;
    for (let j = 0; j < K; j++) {
      const own = next.subarray(j * k, (j + 1) * k);
      if (n === 0) own[0] = initial[j]!;
      else merge(scores, k, (i) => transition[move + i * K + j]!, own, origins.subarray((n * K + j) * k));
      for (let rank = 0; rank < k; rank++) own[rank]! += emission[at + j]!;
    }
    scores = next;
  }
  const [best, ends] = [new Float64Array(k), new Int32Array(k)];
  merge(scores, k, (i) => final?.[i] ?? 0, best, ends);
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

/** The k best of lists that are sorted [K,k], `extra` added to each list, and where they stood; of equals the first list wins. */
function merge(
  lists: Float64Array,
  k: number,
  extra: (list: number) => number,
  best: Float64Array,
  places: Int32Array,
): void {
  const heads = new Int32Array(lists.length / k);
  const tops = Float64Array.from(heads, (_, list) => lists[list * k]! + extra(list));
  for (let rank = 0; rank < k; rank++) {
    let chosen = 0;
    for (let list = 1; list < tops.length; list++) if (tops[list]! > tops[chosen]!) chosen = list;
    best[rank] = tops[chosen]!;
    places[rank] = chosen * k + heads[chosen]!;
    heads[chosen]! += 1;
    tops[chosen] = heads[chosen]! < k ? lists[chosen * k + heads[chosen]!]! + extra(chosen) : -Infinity;
  }
}

/** The k best paths through one sequence: Viterbi with lists (Seshadri & Sundberg 1994). */
import type { HMMLike } from './forward-backward.js';

export interface ScoredPath {
  /** [T] */
  readonly path: Int32Array;
  /** log p(path, observations) */
  readonly score: number;
}

/** At most k paths that are possible, best first, for log-likelihoods [T,K]; an empty sequence has one, of score 0. */
export function kBestPaths({ startProb, transMat }: HMMLike, logs: Float64Array, k: number): ScoredPath[] {
  const K = startProb.length;
  const T = logs.length / K;
  if (T === 0) return [{ path: new Int32Array(0), score: 0 }];
  const logTrans = transMat.map(Math.log);
  const from = new Int32Array(T * K * k); // [T,K,k]: before the path of each rank, state · k + rank
  let scores = new Float64Array(K * k).fill(-Infinity); // [K,k], best first
  for (let j = 0; j < K; j++) scores[j * k] = Math.log(startProb[j]!) + logs[j]!;
  for (let t = 1; t < T; t++) {
    const next = new Float64Array(K * k);
    for (let j = 0; j < K; j++) {
      const [own, back] = [next.subarray(j * k, (j + 1) * k), from.subarray((t * K + j) * k, (t * K + j + 1) * k)];
      merge(scores, k, (i) => logTrans[i * K + j]!, own, back);
      for (let rank = 0; rank < k; rank++) own[rank]! += logs[t * K + j]!;
    }
    scores = next;
  }
  const [best, ends] = [new Float64Array(k), new Int32Array(k)];
  merge(scores, k, () => 0, best, ends);
  const possible = best.indexOf(-Infinity);
  return Array.from(best.subarray(0, possible < 0 ? k : possible), (score, rank) => ({
    path: trace(from, ends[rank]!, T, K, k),
    score,
  }));
}

/** The k best of K sorted lists, with `extra` for each list, and where they stood: list · k + rank. */
function merge(
  lists: Float64Array,
  k: number,
  extra: (list: number) => number,
  best: Float64Array,
  places: Int32Array,
): void {
  const heads = new Int32Array(lists.length / k);
  for (let rank = 0; rank < k; rank++) {
    let chosen = 0;
    let top = -Infinity;
    for (let list = 0; list < heads.length; list++) {
      const score = heads[list]! < k ? lists[list * k + heads[list]!]! + extra(list) : -Infinity;
      if (score <= top) continue;
      top = score;
      chosen = list;
    }
    best[rank] = top;
    places[rank] = chosen * k + heads[chosen]!;
    if (top > -Infinity) heads[chosen]! += 1;
  }
}

function trace(from: Int32Array, end: number, T: number, K: number, k: number): Int32Array {
  const path = new Int32Array(T);
  for (let t = T - 1, place = end; t >= 0; t--) {
    path[t] = Math.floor(place / k);
    place = from[t * K * k + place]!;
  }
  return path;
}

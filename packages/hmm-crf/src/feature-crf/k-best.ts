/** The k best paths through one chain: Viterbi that keeps k candidates for each label. */

/** A path of label numbers [T] with its probability. */
export interface RankedPath {
  readonly path: Int32Array;
  readonly probability: number;
}

interface ScoredChain {
  /** [T,L] and [L,L]. */
  emission: Float64Array;
  transition: Float64Array;
  T: number;
  L: number;
  logZ: number;
}

/** A way to a label: its score, and the label and the rank of the way that it goes on from. */
interface Way {
  score: number;
  from: number;
  rank: number;
}

/** At most k paths, best first; ties go to lower labels, from the end on. */
export function bestPaths(chain: ScoredChain, k: number): RankedPath[] {
  const { T, L, emission, logZ } = chain;
  if (T === 0) return [{ path: new Int32Array(0), probability: 1 }];
  const first = Array.from({ length: L }, (_, j): Way[] => [{ score: emission[j]!, from: -1, rank: 0 }]);
  const steps: Way[][][] = [first];
  for (let t = 1; t < T; t++) steps.push(nextStep(chain, steps[t - 1]!, t, k));
  const ends = steps[T - 1]!.flatMap((ways, label) => ways.map(({ score }, rank) => ({ score, label, rank })));
  ends.sort((a, b) => b.score - a.score);
  return ends.slice(0, k).map(({ score, label, rank }) => {
    const path = new Int32Array(T);
    let [at, place] = [label, rank];
    for (let t = T - 1; t >= 0; t--) {
      path[t] = at;
      const way = steps[t]![at]![place]!;
      [at, place] = [way.from, way.rank];
    }
    return { path, probability: Math.exp(Math.min(0, score - logZ)) };
  });
}

/** For every label its k best ways, best first. */
function nextStep({ L, emission, transition }: ScoredChain, before: readonly Way[][], t: number, k: number): Way[][] {
  return Array.from({ length: L }, (_, j) => {
    const ways: Way[] = [];
    for (let i = 0; i < L; i++) {
      const move = transition[i * L + j]! + emission[t * L + j]!;
      for (const [rank, { score }] of before[i]!.entries()) {
        const total = score + move;
        if (ways.length === k && total <= ways[k - 1]!.score) break; // those of higher rank are no better
        insert(ways, { score: total, from: i, rank }, k);
      }
    }
    return ways;
  });
}

function insert(ways: Way[], way: Way, k: number): void {
  let place = ways.length;
  while (place > 0 && ways[place - 1]!.score < way.score) place--;
  ways.splice(place, 0, way);
  if (ways.length > k) ways.pop();
}

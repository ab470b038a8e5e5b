/** Allocations: which candidates get the places of a beam. */
import type { BeamCandidate, BeamExpansion } from './beam.js';

/** Where the search stands. */
export interface BeamStep {
  readonly row: number;
  readonly end: number | undefined;
  /** How many symbols may still come after the next one. */
  readonly left: number;
  /** What the groups before this one took at this step, `end` included. */
  readonly taken: readonly number[];
}

/** Shares the places of a beam among its candidates. */
export interface Allocation {
  /** How many beams of equal width share a row's places, one after the other; 1 unless told. */
  readonly groups?: number;
  /** The candidates in the order in which they get places: the first `places` count, those after them fill the places of what ends. */
  choose(expansions: readonly BeamExpansion[], places: number, step: BeamStep): BeamCandidate[];
}

/** The likeliest candidates. */
export const bestFirst: Allocation = { choose: (expansions, places) => top(expansions, 2 * places) };

/** The `count` best candidates, best first; `prefer` adds to the log-probability by which they are chosen, not to that which they carry. */
export function top(expansions: readonly BeamExpansion[], count: number, prefer?: Float32Array): BeamCandidate[] {
  const found: BeamCandidate[] = [];
  const ranks: number[] = [];
  for (const expansion of expansions) {
    const { scores, prefix } = expansion;
    for (let symbol = 0; symbol < scores.length; symbol++) {
      const logProbability = prefix.logProbability + (scores[symbol] as number);
      const rank = logProbability + (prefer?.[symbol] ?? 0);
      if (rank === -Infinity || (found.length === count && rank <= (ranks[count - 1] as number))) continue;
      const at = placeOf(rank, ranks);
      found.splice(at, 0, { expansion, symbol, logProbability });
      ranks.splice(at, 0, rank);
      if (found.length > count) found.pop();
      if (ranks.length > count) ranks.pop();
    }
  }
  return found;
}

/** Behind all that rank as high: the earlier prefix and the lower id come first. */
function placeOf(rank: number, ranks: readonly number[]): number {
  let [low, high] = [0, ranks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranks[middle] as number) >= rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

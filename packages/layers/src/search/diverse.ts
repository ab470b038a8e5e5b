/** Diverse beam search: groups that avoid what the groups before them wrote. */
import { count, knownOptions, within } from '@seqloom/core';
import { type Allocation, top } from './allocation.js';

export interface DiverseOptions {
  /** How many groups share the width. */
  groups: number;
  /** What a symbol loses for each time that an earlier group took it at the same step. */
  strength: number;
}

/** Groups of beams, one after the other, with the Hamming dissimilarity; it decides who goes on, and is no part of the scores. arXiv:1610.02424 */
export function diverse(options: DiverseOptions): Allocation {
  knownOptions('diverse', options, ['groups', 'strength']);
  const groups = count('diverse', 'groups', options.groups);
  const strength = within('diverse', 'strength', options.strength, 0);
  return {
    groups,
    choose(expansions, places, { taken }) {
      const prefer = new Float32Array(expansions[0]?.scores.length ?? 0);
      for (const symbol of taken) prefer[symbol]! -= strength;
      return top(expansions, 2 * places, prefer);
    },
  };
}

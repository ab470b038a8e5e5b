/** Lexically constrained beam search: every hypothesis contains the given phrases. */
import { OptionError } from '@seqloom/core';
import { type Allocation, type BeamStep, top } from './allocation.js';
import type { BeamCandidate, BeamExpansion } from './beam.js';
import { Phrases } from './phrases.js';
import { idsFor } from './rules.js';

/** The same phrases for all rows, or for each row its own. */
export type PhrasesOfRow = readonly (readonly number[])[] | ((row: number) => readonly (readonly number[])[]);

/**
 * The places go in turn to hypotheses that need the fewest, one more, two more… symbols of the phrases (dynamic beam allocation, arXiv:1804.06609);
 * to the likeliest candidates come the next symbols of every phrase. A hypothesis that could no longer write all phrases within the greatest length
 * is dropped, and none ends without them. At most ten phrases a row.
 */
export function mustInclude(phrases: PhrasesOfRow): Allocation {
  const known = new WeakMap<readonly (readonly number[])[], Phrases>();
  const phrasesFor = (row: number, vocabularySize: number, end: number | undefined) => {
    const own = typeof phrases === 'function' ? phrases(row) : phrases;
    const before = known.get(own);
    if (before) return before;
    for (const phrase of own) {
      idsFor('mustInclude', phrase, row, vocabularySize);
      if (phrase.length === 0) throw new OptionError('mustInclude', `a phrase of row ${row} is empty`);
      if (phrase.includes(end as number))
        throw new OptionError('mustInclude', `a phrase of row ${row} contains \`end\``);
    }
    const made = new Phrases(own);
    known.set(own, made);
    return made;
  };
  return {
    choose(expansions, places, step) {
      const V = expansions[0]?.scores.length ?? 0;
      const all = phrasesFor(step.row, V, step.end);
      return inTurn(banksOf(candidates(expansions, places, all), all, step));
    },
  };
}

/** The likeliest, what brings a phrase further, and the best of each hypothesis. */
function candidates(expansions: readonly BeamExpansion[], places: number, phrases: Phrases): BeamCandidate[] {
  const found = top(expansions, 2 * places);
  const seen = new Set(found.map(({ expansion, symbol }) => `${expansion.prefix.slot} ${symbol}`));
  for (const expansion of expansions) {
    const [best] = top([expansion], 1);
    for (const symbol of [...phrases.wanted(expansion.prefix.ids), best?.symbol ?? -1]) {
      const logProbability = expansion.prefix.logProbability + (expansion.scores[symbol] ?? -Infinity);
      const name = `${expansion.prefix.slot} ${symbol}`;
      if (logProbability === -Infinity || seen.has(name)) continue;
      seen.add(name);
      found.push({ expansion, symbol, logProbability });
    }
  }
  return found.sort((a, b) => b.logProbability - a.logProbability);
}

/** Candidates that can still write all phrases, by how many symbols of them they need. */
function banksOf(found: readonly BeamCandidate[], phrases: Phrases, { end, left }: BeamStep): BeamCandidate[][] {
  const banks: BeamCandidate[][] = [];
  for (const candidate of found) {
    const { ids } = candidate.expansion.prefix;
    const ends = candidate.symbol === end;
    const needed = phrases.needed(ends ? ids : [...ids, candidate.symbol]);
    if (needed > (ends ? 0 : left)) continue;
    banks[needed] ??= [];
    banks[needed].push(candidate);
  }
  return banks.filter((bank) => bank !== undefined);
}

/** One of each bank in turn, the bank that needs the fewest first. */
function inTurn(banks: readonly BeamCandidate[][]): BeamCandidate[] {
  const longest = Math.max(0, ...banks.map((bank) => bank.length));
  return Array.from({ length: longest }, (_, i) => banks.flatMap((bank) => bank[i] ?? [])).flat();
}

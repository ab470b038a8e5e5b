/** Ways to cut a text into words. */
import type { Cut } from './pipeline.js';

/** What becomes of what a pattern finds: left out, a piece of its own, part of the piece before or behind it, or one piece with its like. */
export type Behaviour = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

export const whiteSpace: RegExp = /\p{White_Space}+/gu;
/** ASCII symbols count as punctuation. */
export const punctuation: RegExp = /[\p{P}!-/:-@[-`{-~]/gu;
/** Words with the blank before them, numbers, punctuation and white space: GPT-2's pattern (Radford et al. 2019). */
export const gpt2Words: RegExp =
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Cuts at what `pattern` (global) finds, or with `invert` at what lies between. */
export function cutAt(pattern: RegExp, behaviour: Behaviour, invert = false): Cut {
  return (text) => {
    const parts: { start: number; end: number; found: boolean }[] = [];
    let at = 0;
    for (const { index, 0: match } of text.matchAll(pattern)) {
      if (match === '') continue;
      if (index > at) parts.push({ start: at, end: index, found: invert });
      at = index + match.length;
      parts.push({ start: index, end: at, found: !invert });
    }
    if (at < text.length) parts.push({ start: at, end: text.length, found: invert });
    const places: number[] = [];
    let before: boolean | undefined;
    for (const { start, end, found } of parts) {
      const joins =
        (behaviour === 'Contiguous' && found === before) ||
        (behaviour === 'MergedWithPrevious' && found && before === false) ||
        (behaviour === 'MergedWithNext' && !found && before === true);
      if (joins) places[places.length - 1] = end;
      else if (!found || behaviour !== 'Removed') places.push(start, end);
      before = found;
    }
    return places;
  };
}

/** The parts that `pattern` (global) finds, one behind the other; what lies between is left out. */
export function cutOut(pattern: RegExp): Cut {
  return (text) => {
    const places: number[] = [];
    for (const { index, 0: match } of text.matchAll(pattern)) places.push(index, index + match.length);
    return places;
  };
}

/** Small tasks whose right alignment is known: for each written symbol, where it stands in the source. */
import type { Rng } from '@seqloom/core';
import { generateDates } from '@seqloom/data';
import { generateReverse, generateSorting } from '@seqloom/data/synthetic';

export interface Pair {
  source: readonly string[];
  target: readonly string[];
  /** For each target symbol, the source positions that it comes from; none where nobody can say. */
  alignment?: readonly (readonly number[])[];
}

/** One pair, drawn. */
export type Task = (rng: Rng) => Pair;

const letters = [...'abcdefghijkl'];
const some = (rng: Rng, least: number, most: number) =>
  Array.from({ length: least + rng.below(most - least + 1) }, () => rng.choice(letters));

/** The letters of the source, which stand far apart. */
function copyWithGaps(rng: Rng): Pair {
  const [source, target, alignment]: [string[], string[], number[][]] = [[], [], []];
  for (const letter of some(rng, 3, 6)) {
    for (let gap = rng.below(6); gap > 0; gap--) source.push('.');
    alignment.push([source.length]);
    source.push(letter);
    target.push(letter);
  }
  return { source, target, alignment };
}

/** Speech in small: each letter lasts one to three steps, of which some are noise. */
function noisyAlignment(rng: Rng): Pair {
  const [source, target, alignment]: [string[], string[], number[][]] = [[], [], []];
  for (const letter of some(rng, 3, 7)) {
    if (target.at(-1) === letter) continue;
    const steps = Array.from({ length: 1 + rng.below(3) }, () => source.push(letter) - 1);
    if (steps.length > 1 && rng.uniform() < 0.3) source[steps[rng.below(steps.length)]!] = '.';
    target.push(letter);
    alignment.push(steps);
  }
  return { source, target, alignment };
}

/** Written dates to ISO dates, character by character. */
function dates(rng: Rng): Pair {
  const [example] = generateDates({ rng, count: 1 });
  return { source: [...example!.source], target: [...example!.target] };
}

export const tasks: Record<string, Task> = {
  reversal: (rng) => generateReverse({ rng, count: 1 })[0]!,
  'copy with gaps': copyWithGaps,
  sorting: (rng) => generateSorting({ rng, count: 1 })[0]!,
  'noisy alignment': noisyAlignment,
  dates,
};

/** Small tasks whose right alignment is known: for each written symbol, where it stands in the source. */
import type { Rng } from '@seqloom/core';
import { generateDates } from '@seqloom/data';

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

/** The source backwards. */
function reversal(rng: Rng): Pair {
  const source = some(rng, 4, 10);
  return { source, target: source.toReversed(), alignment: source.map((_, i) => [source.length - 1 - i]) };
}

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

/** The letters of the source in alphabetical order, each once. */
function sorting(rng: Rng): Pair {
  const source = rng.shuffled(letters).slice(0, 4 + rng.below(5));
  const target = source.toSorted();
  return { source, target, alignment: target.map((letter) => [source.indexOf(letter)]) };
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
  reversal,
  'copy with gaps': copyWithGaps,
  sorting,
  'noisy alignment': noisyAlignment,
  dates,
};

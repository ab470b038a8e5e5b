/** Sorting: different letters in any order to the same in alphabetical order. */
import { checkedLengths, drawExamples, drawLength } from './draw-examples.js';
import type { AlignedExample, GenerateLettersOptions } from './reverse.js';

/** Examples of sorting; no letter comes twice in one. Throws OptionError when there are fewer letters than the longest has. */
export function generateSorting(options: GenerateLettersOptions): AlignedExample[] {
  const { minLength = 4, maxLength = 8, letters = 'abcdefghijkl' } = options;
  const alphabet = [...new Set(letters)];
  checkedLengths('generateSorting', minLength, maxLength, alphabet.length);
  return drawExamples(
    'generateSorting',
    options,
    ['exclude', 'minLength', 'maxLength', 'letters'],
    (rng) => {
      const source = rng.shuffled(alphabet).slice(0, drawLength(rng, minLength, maxLength));
      const target = source.toSorted();
      return { source, target, alignment: target.map((letter) => [source.indexOf(letter)]) };
    },
    ({ source }) => source.join(' '),
  );
}

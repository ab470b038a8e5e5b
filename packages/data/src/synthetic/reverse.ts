/** Reversing: a sequence of letters to the same backwards. */
import { checkedLengths, drawExamples, drawLength, type GenerateUnlikeOptions } from './draw-examples.js';

/** Symbols, what is to be written, and for each written symbol the source positions that it comes from. */
export interface AlignedExample {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly alignment: readonly (readonly number[])[];
}

export interface GenerateLettersOptions extends GenerateUnlikeOptions {
  /** 4 unless told. */
  minLength?: number;
  /** 10 unless told, 8 for sorting. */
  maxLength?: number;
  /** `abcdefghijkl` unless told. */
  letters?: string;
}

/** Examples of reversing. */
export function generateReverse(options: GenerateLettersOptions): AlignedExample[] {
  const { minLength = 4, maxLength = 10, letters = 'abcdefghijkl' } = options;
  checkedLengths('generateReverse', minLength, maxLength);
  const alphabet = [...letters];
  return drawExamples(
    'generateReverse',
    options,
    ['exclude', 'minLength', 'maxLength', 'letters'],
    (rng) => {
      const source = Array.from({ length: drawLength(rng, minLength, maxLength) }, () => rng.choice(alphabet));
      return { source, target: source.toReversed(), alignment: source.map((_, i) => [source.length - 1 - i]) };
    },
    ({ source }) => source.join(' '),
  );
}

/** Numbers as English words, to be written in digits. */
import { OptionError } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import type { SentencePair } from '../formats/lines.js';
import { drawExamples, type GenerateUnlikeOptions } from './draw-examples.js';

export interface GenerateNumbersOptions extends GenerateUnlikeOptions {
  /** How many digits the longest numbers have, up to nine; 6 unless told. */
  maxDigits?: number;
}

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const greatest = 999_999_999;

/** Pairs such as `two thousand and forty-one` → `2041`; each number of digits comes as often. */
export function generateNumberWords(options: GenerateNumbersOptions): SentencePair[] {
  const where = 'generateNumberWords';
  const { maxDigits = 6 } = options;
  if (count(where, 'maxDigits', maxDigits) > 9) throw new OptionError(where, '`maxDigits` can be at most 9');
  return drawExamples(
    where,
    options,
    ['exclude', 'maxDigits'],
    (rng) => {
      const digits = 1 + rng.below(maxDigits);
      const least = digits === 1 ? 0 : 10 ** (digits - 1);
      const value = least + rng.below(10 ** digits - least);
      return { source: numberInWords(value), target: String(value) };
    },
    ({ source }) => source,
  );
}

/** A whole number from 0 to 999,999,999 in British English: `one hundred and five thousand and one`. Throws OptionError for others. */
export function numberInWords(value: number): string {
  if (count('numberInWords', 'value', value, 0) > greatest)
    throw new OptionError('numberInWords', `\`value\` can be at most ${greatest}, got ${value}`);
  if (value === 0) return small[0]!;
  const [millions, thousands, rest] = [Math.floor(value / 1e6), Math.floor(value / 1000) % 1000, value % 1000];
  const parts = [
    millions > 0 ? `${belowThousand(millions)} million` : '',
    thousands > 0 ? `${belowThousand(thousands)} thousand` : '',
    rest > 0 && rest < 100 && value > rest ? 'and' : '',
    rest > 0 ? belowThousand(rest) : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function belowThousand(value: number): string {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  const words = rest > 0 ? belowHundred(rest) : '';
  if (hundreds === 0) return words;
  return `${small[hundreds]} hundred${words && ` and ${words}`}`;
}

function belowHundred(value: number): string {
  if (value < 20) return small[value]!;
  const unit = value % 10;
  return `${tens[Math.floor(value / 10)]}${unit > 0 ? `-${small[unit]}` : ''}`;
}

/** Human-written dates and their ISO form, character to character: a small translation task with an exact answer. */
import { OptionError } from '@seqloom/core/errors';
import { count, knownOptions, oneOf } from '@seqloom/core/options';
import { Rng } from '@seqloom/core/rng';
import { type DateFormat, dateFormats, dateLanguages, twoDigitYears, writeDate } from './date-formats.js';

/** A date as someone wrote it, and as ISO 8601: `Sa, 4. Juli 2026` → `2026-07-04`. */
export interface DateExample {
  readonly source: string;
  readonly target: string;
}

export interface GenerateDatesOptions {
  rng: Rng;
  count: number;
  /** Days, as ISO dates, that no example may mean. */
  exclude?: ReadonlySet<string>;
  /** Some of `dateLanguages`; all of them unless told. */
  languages?: readonly string[];
}

export interface DatesSplitOptions {
  seed: number;
  train: number;
  test: number;
}

/** The years that dates are drawn from, first and last included. */
export const dateYears: { readonly first: number; readonly last: number } = { first: 1900, last: 2099 };

const formatsOf = new Map(dateLanguages.map((name) => [name, dateFormats.filter(({ language }) => language === name)]));
const millisecondsOfDay = 86_400_000;
const patience = 10_000;

/** Distinct examples: a language, one of its formats and a day, each drawn evenly; one text in eight is in lower case. Throws OptionError when there are not as many. */
export function generateDates(options: GenerateDatesOptions): DateExample[] {
  knownOptions('generateDates', options, ['rng', 'count', 'exclude', 'languages']);
  count('generateDates', 'count', options.count, 0);
  const { rng, exclude, languages = dateLanguages } = options;
  for (const language of languages) oneOf('generateDates', 'languages', language, dateLanguages);
  if (languages.length === 0) throw new OptionError('generateDates', '`languages` must name at least one language');
  const examples = new Map<string, DateExample>();
  for (let rejected = 0; examples.size < options.count; rejected++) {
    const example = drawDate(rng, languages);
    if (examples.has(example.source) || exclude?.has(example.target)) {
      if (rejected < patience) continue;
      throw new OptionError('generateDates', `found only ${examples.size} of ${options.count} distinct dates`, {
        hint: 'ask for fewer, or exclude fewer days',
      });
    }
    examples.set(example.source, example);
    rejected = 0;
  }
  return [...examples.values()];
}

/** Examples for training and for testing; no day of the test is in the training, in whatever format, and the test is the same for any size of the training. */
export function datesSplit(options: DatesSplitOptions): { train: DateExample[]; test: DateExample[] } {
  knownOptions('datesSplit', options, ['seed', 'train', 'test']);
  const rng = new Rng(options.seed);
  const [testRng, trainRng] = [rng.split(), rng.split()];
  const test = generateDates({ rng: testRng, count: options.test });
  const exclude = new Set(test.map(({ target }) => target));
  return { train: generateDates({ rng: trainRng, count: options.train, exclude }), test };
}

function drawDate(rng: Rng, languages: readonly string[]): DateExample {
  const format = rng.choice(formatsOf.get(rng.choice(languages))!);
  const day = drawDay(rng, format);
  const date = { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() };
  const text = writeDate(date, format);
  return { source: rng.below(8) === 0 ? text.toLowerCase() : text, target: day.toISOString().slice(0, 10) };
}

function drawDay(rng: Rng, { pattern }: DateFormat): Date {
  const { first, last } = pattern.includes('{yy}') ? twoDigitYears : dateYears;
  const start = Date.UTC(first, 0, 1);
  const days = (Date.UTC(last + 1, 0, 1) - start) / millisecondsOfDay;
  return new Date(start + rng.below(days) * millisecondsOfDay);
}

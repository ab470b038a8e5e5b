import { Rng } from '@seqloom/core/rng';
import { describe, expect, test } from 'vitest';
import {
  dateFormats,
  dateLanguages,
  datesSplit,
  dateYears,
  generateDates,
  twoDigitYears,
  writeDate,
} from '../index.js';

const many = generateDates({ rng: new Rng(1), count: 50_000 });

/** What a text of numbers means, read by the convention alone. */
function readNumbers(source: string): string | undefined {
  const parts = source.split(/\. |[-/. ]/);
  if (!/^[\d\-/. ]+$/.test(source)) return undefined;
  if (parts.length === 1) return `${source.slice(0, 4)}-${source.slice(4, 6)}-${source.slice(6)}`;
  if (parts[0]!.length === 4) return parts.join('-');
  const [day, month, year] = source.includes('/')
    ? [parts[1]!, parts[0]!, parts[2]!]
    : (parts as [string, string, string]);
  const full = year.length === 4 ? year : `${Number(year) >= 69 ? 19 : 20}${year}`;
  return [full, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
}

test('law: every target is a day of the calendar within the years', () => {
  for (const { target } of many) {
    expect(target).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(new Date(`${target}T00:00:00Z`).toISOString().slice(0, 10)).toBe(target);
  }
  const years = many.map(({ target }) => Number(target.slice(0, 4)));
  expect([Math.min(...years), Math.max(...years)]).toEqual([dateYears.first, dateYears.last]);
});

test('law: a text means one day only, in any format, language and case', () => {
  const meanings = new Map<string, string>();
  const agree = (source: string, target: string) => {
    if ((meanings.get(source) ?? target) !== target) throw new Error(`${source}: ${meanings.get(source)} or ${target}`);
    meanings.set(source, target);
  };
  for (const { source, target } of many) agree(source, target);
  // Day, month and two-digit year can only be taken for each other where all three are small.
  const small = Array.from({ length: 12 }, (_, i) => i + 1);
  const dates = small.flatMap((y) => small.flatMap((month) => small.map((day) => ({ year: 2000 + y, month, day }))));
  for (const date of dates) {
    const target = writeDate(date, { language: 'numbers', pattern: '{yyyy}-{mm}-{dd}' });
    for (const format of dateFormats) {
      const text = writeDate(date, format);
      agree(text, target);
      agree(text.toLowerCase(), target);
    }
  }
});

test('law: an independent reader of numbers agrees', () => {
  const numeric = many.filter(({ source }) => readNumbers(source) !== undefined);
  expect(numeric.length).toBeGreaterThan(4000);
  for (const { source, target } of numeric) expect([source, readNumbers(source)]).toEqual([source, target]);
});

test('every format occurs, and the texts are what their writers would write', () => {
  const examples = dateFormats.map((format) => writeDate({ year: 2026, month: 3, day: 1 }, format));
  expect(examples.every((text) => !/[{}]|undefined/.test(text))).toBe(true);
  expect(examples).toEqual(
    expect.arrayContaining(['March 1, 2026', 'Sunday the 1st of March 2026', "Mar 1 '26", '01-Mar-26']),
  );
  expect(examples).toEqual(
    expect.arrayContaining(['Sonntag, den 1. März 2026', 'le dimanche 1er mars 2026', '1.º de marzo de 2026']),
  );
  expect(examples).toEqual(
    expect.arrayContaining(['domenica 1º marzo 2026', 'domingo, 1 de março de 2026', 'zondag 1 maart 2026']),
  );
  expect(examples).toEqual(expect.arrayContaining(['1 Mart 2026 Pazar', '3/1/2026', '01.03.26', '20260301']));
  const english = { language: 'English', pattern: '{nth}' };
  const ordinals = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31].map((day) =>
    writeDate({ year: 2000, month: 1, day }, english),
  );
  expect(ordinals.join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 30th 31st');
  const short = many.filter(({ source }) => /^\d\d-[A-Z]\w\w-\d\d$/.test(source));
  const years = short.map(({ target }) => Number(target.slice(0, 4)));
  expect(Math.min(...years)).toBeGreaterThanOrEqual(twoDigitYears.first);
  expect(Math.max(...years)).toBeLessThanOrEqual(twoDigitYears.last);
});

test('only the wanted languages are drawn', () => {
  expect(new Set(dateFormats.map(({ language }) => language))).toEqual(new Set(dateLanguages));
  const drawn = generateDates({ rng: new Rng(2), count: 2000, languages: ['numbers'] });
  expect(drawn.filter(({ source, target }) => readNumbers(source) !== target)).toEqual([]);
});

describe('datesSplit', () => {
  const { train, test: held } = datesSplit({ seed: 5, train: 20_000, test: 1000 });

  test('law: nothing occurs twice, and no day of the test is in the training', () => {
    expect([train.length, held.length]).toEqual([20_000, 1000]);
    const sources = [...train, ...held].map(({ source }) => source);
    expect(new Set(sources).size).toBe(sources.length);
    const days = new Set(train.map(({ target }) => target));
    expect(held.some(({ target }) => days.has(target))).toBe(false);
  });

  test('law: the seed decides, and the test does not depend on the size of the training', () => {
    expect(datesSplit({ seed: 5, train: 20_000, test: 1000 })).toEqual({ train, test: held });
    expect(datesSplit({ seed: 5, train: 10, test: 1000 }).test).toEqual(held);
    expect(datesSplit({ seed: 6, train: 10, test: 1000 }).test).not.toEqual(held);
  });
});

test('impossible demands are OptionErrors', () => {
  const rng = new Rng(1);
  const allButOne = new Set<string>();
  for (let time = Date.UTC(1900, 0, 2); time < Date.UTC(2100, 0, 1); time += 86_400_000) {
    allButOne.add(new Date(time).toISOString().slice(0, 10));
  }
  for (const options of [
    { rng, count: -1 },
    { rng, count: 1, lang: 'en' },
    { rng, count: 9999, exclude: allButOne },
  ]) {
    expect(() => generateDates(options)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  }
  expect(() => datesSplit({ seed: 0.5, train: 1, test: 1 })).toThrow(expect.objectContaining({ name: 'OptionError' }));
});

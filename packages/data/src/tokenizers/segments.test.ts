import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng, segmentWords, splitCharacters } from '../index.js';

test('characters as readers see them', () => {
  expect(splitCharacters('ne\u0301👩‍🚀\r\n🇫🇷')).toEqual(['n', 'e\u0301', '👩‍🚀', '\r\n', '🇫🇷']);
});

test.each([
  ["She can't pay $3.50, naïve  Zoë!", undefined, "She can't pay $ 3.50 , naïve Zoë !"],
  ['ฉันรักแมว', 'th', 'ฉัน รัก แมว'],
  ['我喜欢猫。', 'zh', '我 喜欢 猫 。'],
  [' \n ', undefined, ''],
])('words: %s', (text, locale, expected) => {
  expect(segmentWords(text, locale).join(' ')).toBe(expected);
});

test('law: in windows as in one go', () => {
  const marks = ['a', 'é', '\u0301', '\u200D', '👩', '🏿', '🇫', '\r', '\n', '\u0600', '각', '\uD83D', 'क', '्'];
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const law = fc.property(fc.string({ unit: fc.constantFrom(...marks), minLength: 30, maxLength: 200 }), (text) => {
    expect(splitCharacters(text)).toEqual(Array.from(segmenter.segment(text), ({ segment }) => segment));
  });
  fc.assert(law);
  expect(splitCharacters(`e${'\u0301'.repeat(300)}x`)).toHaveLength(2);
});

test('law: nothing is lost but white space', () => {
  const law = fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
    const words = segmentWords(text);
    expect(words.join('')).toBe(text.replace(/\s/gu, ''));
    expect(words.some((word) => word === '' || /\s/u.test(word))).toBe(false);
  });
  fc.assert(law, { numRuns: 100 });
});

test.each([
  ['zh', ['我喜欢猫。', '他们每天都在港口附近散步，', '看着渔船归来', '图书馆有一万本书']],
  ['th', ['ฉันรักแมว', 'พวกมันเดินเล่นใกล้ท่าเรือ', 'ทุกวัน']],
  ['ja', ['吾輩は猫である', '名前はまだ無い', 'どこで生れたかとんと見当がつかぬ']],
  [
    'en',
    [
      'we’re',
      'half-way',
      '3.50$',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ],
  ],
])('law: long texts without blanks in windows as in one go, %s', (locale, parts) => {
  const rng = new Rng(1);
  const text = Array.from({ length: 250 }, () => rng.choice(parts)).join('');
  const whole = Array.from(new Intl.Segmenter(locale, { granularity: 'word' }).segment(text), ({ segment }) => segment);
  expect(segmentWords(text, locale)).toEqual(whole);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { segmentWords, splitCharacters } from '../index.js';

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

test('law: nothing is lost but white space', () => {
  const law = fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
    expect(splitCharacters(text).join('')).toBe(text);
    const words = segmentWords(text);
    expect(words.join('')).toBe(text.replace(/\s/gu, ''));
    expect(words.some((word) => word === '' || /\s/u.test(word))).toBe(false);
  });
  fc.assert(law, { numRuns: 300 });
});

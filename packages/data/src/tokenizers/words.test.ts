import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from '../index.js';

test.each([
  ["I can't pay $3.50.", "I ca n't pay $ 3.50 ."],
  ['“She’ll book that light,” said Dr. Lee...', '“ She ’ll book that light , ” said Dr. Lee ...'],
  ["We cannot; they don't, Anna's dogs do!!", "We can not ; they do n't , Anna 's dogs do !!"],
  [
    'See https://example.org/a?b=1, or mail me@example.org (10:30)',
    'See https://example.org/a?b=1 , or mail me@example.org ( 10:30 )',
  ],
  ['The U.S. grew 1,000% on the 21st --good :-)', 'The U.S. grew 1,000 % on the 21st -- good :-)'],
  ['  \n ', ''],
])('%s', (text, expected) => {
  expect(splitWords(text).join(' ')).toBe(expected);
});

test('law: nothing is lost but white space, and tokens hold none', () => {
  const law = fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
    const tokens = splitWords(text);
    expect(tokens.join('')).toBe(text.replace(/\s/gu, ''));
    expect(tokens.some((token) => /\s/u.test(token) || token === '')).toBe(false);
  });
  fc.assert(law, { numRuns: 2000 });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, errorRate, exactMatch, tokenAccuracy } from '../index.js';

const named = (name: string) => expect.objectContaining({ name });
const label = fc.constantFrom('N', 'V', 'A');
const place = fc.record({ predicted: label, expected: label, real: fc.boolean() });
const batch = fc.array(fc.array(place), { minLength: 1 });

test('law: masked accuracy is the accuracy of what is left without the masked places', () => {
  const law = fc.property(batch, (rows) => {
    const column = <K extends 'predicted' | 'expected' | 'real'>(name: K, all = rows) =>
      all.map((row) => row.map((each) => each[name]));
    const real = rows.map((row) => row.filter((each) => each.real));
    fc.pre(real.flat().length > 0);
    const masked = tokenAccuracy(column('predicted'), column('expected'), column('real'));
    expect(masked).toBe(tokenAccuracy(column('predicted', real), column('expected', real)));
    const counted = real.flat().filter((each) => each.predicted === each.expected).length / real.flat().length;
    expect(masked).toBe(counted);
    expect(tokenAccuracy(column('expected'), column('expected'))).toBe(1);
  });
  fc.assert(law);
});

test('exact match counts whole outputs, texts or lists', () => {
  expect(exactMatch(['ab', 'c', ''], ['ab', 'd', ''])).toBe(2 / 3);
  expect(exactMatch([[1, 2], [3], [4], []], [[1, 2], [3, 4], [5], []])).toBe(0.5);
});

test('law: the edit distance is a metric, and each edit adds at most one', () => {
  const word = fc.array(label, { maxLength: 6 });
  const law = fc.property(word, word, word, (a, b, c) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a));
    expect(editDistance(a, b) === 0).toBe(a.join() === b.join());
    expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    expect(editDistance(a, [...a, 'N'])).toBe(1);
    expect(editDistance(a, [])).toBe(a.length);
  });
  fc.assert(law);
});

test('the error rate counts all edits together', () => {
  expect(errorRate([['a', 'b'], ['c']], [['a', 'x', 'y'], []])).toBe(1);
  expect(errorRate([[1, 2, 3]], [[1, 2, 3]])).toBe(0);
});

test('sizes that disagree are ShapeErrors, nothing to compare a DataError', () => {
  expect(() => tokenAccuracy([['a']], [['a'], ['b']])).toThrow(named('ShapeError'));
  expect(() => tokenAccuracy([['a']], [['a', 'b']])).toThrow('places in sequence 0');
  expect(() => tokenAccuracy([['a']], [['a']], [[1, 1]])).toThrow(named('ShapeError'));
  expect(() => exactMatch(['a'], [])).toThrow(named('ShapeError'));
  expect(() => tokenAccuracy([[]], [[]])).toThrow(named('DataError'));
  expect(() => tokenAccuracy([[1]], [[1]], [[0]])).toThrow(named('DataError'));
  expect(() => exactMatch([], [])).toThrow(named('DataError'));
  expect(() => errorRate([['a']], [])).toThrow(named('ShapeError'));
  expect(() => errorRate([['a']], [[]])).toThrow(named('DataError'));
});

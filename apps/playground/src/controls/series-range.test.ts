import { expect, test } from 'vitest';
import { rangeOf } from './series-range.js';

test('a series is drawn over the range of its field, or as far as its numbers go', () => {
  const field = { minimum: 0, maximum: 100 };
  expect(rangeOf(field, [])).toEqual(field);
  expect(rangeOf(field, [3, 99])).toEqual(field);
  expect(rangeOf(field, [-20, 1500, 40])).toEqual({ minimum: -20, maximum: 1500 });
});

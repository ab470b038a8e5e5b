import { DataError } from '@seqloom/core/errors';
import { expect, test } from 'vitest';
import { plainly } from './plainly.js';

test('errors of ours are told without the place in the code, the hint apart', () => {
  const error = new DataError('readConllu', 'line 7: expected 10 columns, got 9', { hint: 'tabs, not blanks' });
  expect(plainly(error)).toEqual({ message: 'Line 7: expected 10 columns, got 9', hint: 'tabs, not blanks' });
});

test('what browsers say of memory and graphics cards is put into words', () => {
  expect(plainly(new RangeError('Array buffer allocation failed')).message).toBe('Memory ran out.');
  expect(plainly(new Error('WebGL CONTEXT_LOST')).hint).toContain('wasm');
});

test('anything else is told as it is', () => {
  expect(plainly('odd')).toEqual({ message: 'Something went wrong: odd', hint: undefined });
});

import { expect, it } from 'vitest';
import { attentionMatrix } from './attention-matrix.js';

it('draws a row for each written character, as dark as it looked at each one read', () => {
  const weights = [
    [0, 1, 0],
    [0.25, 0.5, 0.25],
  ];
  expect(attentionMatrix(weights, ['x', 'y'], ['a', 'b', 'c'])).toBe('   abc\nx │ █ \ny │░▒░');
});

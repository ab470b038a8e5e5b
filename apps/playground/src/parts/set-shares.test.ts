/** Shares set by hand: the row still sums to 1, the newest number stands, the others keep their proportions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settleShares, withSetShares } from './set-shares.js';

const places = fc.integer({ min: 0, max: 5 });
const numbers = fc.array(fc.record({ column: places, value: fc.float({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 1,
  maxLength: 8,
});
const weights = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });

test('law: the row sums to 1, and who is free keeps the proportion to others who are', () => {
  fc.assert(
    fc.property(numbers, weights, (set, drawn) => {
      const total = drawn.reduce((sum, share) => sum + share, 0);
      const row = drawn.map((share) => (total > 0 ? share / total : 1 / drawn.length));
      const settled = settleShares(set, row.length);
      const after = withSetShares(row, settled);
      expect(after.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      const free = row.flatMap((share, i) => (settled.free[i] ? [[share, after[i]!] as const] : []));
      for (const [a, x] of free) for (const [b, y] of free) expect(a * y).toBeCloseTo(b * x, 5);
    }),
  );
});

test('the newest number stands, and those before it as far as there is room', () => {
  const set = [0, 1, 1].map((column, i) => ({ column, value: [0.5, 0.9, 0.3][i]! }));
  const after = withSetShares([0.25, 0.25, 0.25, 0.25], settleShares(set, 4));
  for (const [i, share] of [0.5, 0.3, 0.1, 0.1].entries()) expect(after[i]).toBeCloseTo(share);
  expect(settleShares([...set, { column: 2, value: 0.7 }], 4).values[0]).toBeCloseTo(0);
  expect(settleShares([{ column: 9, value: 1 }], 4).rest).toBe(1);
});

test('where every place is set, the oldest takes what is left; who had nothing shares evenly', () => {
  const both = settleShares(
    [0, 1].map((column) => ({ column, value: 0.2 })),
    2,
  );
  expect(withSetShares([0.5, 0.5], both)).toEqual([0.8, 0.2]);
  expect(withSetShares([1, 0, 0], settleShares([{ column: 0, value: 0.5 }], 3))).toEqual([0.5, 0.25, 0.25]);
});

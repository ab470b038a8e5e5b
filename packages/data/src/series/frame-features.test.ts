/** Averaging by area, from its laws. */
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDifferences } from './differences.js';
import { type Frame, framesToFeatures, greyFrame } from './frame-features.js';

const rng = new Rng(1);

function noise(width: number, height: number): Frame {
  return { width, height, data: Uint8ClampedArray.from({ length: 4 * width * height }, () => rng.below(256)) };
}

const side = fc.integer({ min: 1, max: 7 });

test('the mean brightness stays, whatever the sizes, and a frame of one colour stays that', () => {
  const mean = (row: number[]) => row.reduce((sum, value) => sum + value / row.length, 0);
  fc.assert(
    fc.property(side, side, side, side, (width, height, w, h) => {
      const frame = noise(width, height);
      const found = greyFrame(frame, { width: w, height: h });
      expect(found).toHaveLength(w * h);
      expect(mean(found)).toBeCloseTo(mean(greyFrame(frame, { width, height })), 12);
      const white = { width, height, data: new Uint8ClampedArray(4 * width * height).fill(255) };
      for (const value of greyFrame(white, { width: w, height: h })) expect(value).toBeCloseTo(1, 12);
    }),
  );
});

test('by a whole factor it is the mean of blocks, in two goes what it is in one', () => {
  const frame = noise(8, 4);
  const whole = greyFrame(frame, { width: 8, height: 4 });
  const half = greyFrame(frame, { width: 4, height: 2 });
  for (const [i, value] of half.entries()) {
    const at = Math.floor(i / 4) * 16 + (i % 4) * 2;
    expect(value).toBeCloseTo((whole[at]! + whole[at + 1]! + whole[at + 8]! + whole[at + 9]!) / 4, 12);
  }
  expect(greyFrame(frame, { width: 1, height: 1 })[0]).toBeCloseTo(
    half.reduce((sum, value) => sum + value / 8, 0),
    12,
  );
  const red = { width: 1, height: 1, data: [255, 0, 0, 0] };
  expect(greyFrame(red, { width: 1, height: 1 })).toEqual([0.299]);
});

test('frames to features, and how they change', async () => {
  const rows = await framesToFeatures([noise(5, 5), noise(5, 5), noise(9, 3)], { width: 2, height: 3 });
  const both = withDifferences(rows);
  expect(both.map((row) => row.slice(0, 6))).toEqual(rows);
  expect(both[0]!.slice(6)).toEqual(Array(6).fill(0));
  expect(both[2]![7]).toBe(rows[2]![1]! - rows[1]![1]!);
  expect(await framesToFeatures([], { width: 2, height: 3 })).toEqual([]);
  expect(() => greyFrame({ width: 2, height: 2, data: [1] }, { width: 1, height: 1 })).toThrow(
    '2 × 2 pixels must have 16 bytes, got 1',
  );
});

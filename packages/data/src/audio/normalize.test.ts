import { Rng } from '@seqloom/core/rng';
import { expect, test } from 'vitest';
import { normalizeUtterance, RunningNormalizer } from './normalize.js';

const rng = new Rng(1);
const rows = Array.from({ length: 50 }, () => [3 + 5 * rng.normal(), -2 + rng.normal(), 0.1]);

test('every column has mean 0 and deviation 1, a constant one is 0', () => {
  const found = normalizeUtterance(rows);
  for (const d of [0, 1]) {
    expect(found.reduce((sum, row) => sum + row[d]!, 0)).toBeCloseTo(0, 10);
    expect(found.reduce((sum, row) => sum + row[d]! ** 2, 0)).toBeCloseTo(50, 10);
  }
  expect(found.every((row) => row[2] === 0)).toBe(true);
  expect(normalizeUtterance([])).toEqual([]);
});

test('running: as the utterance so far, and in blocks as at once', () => {
  const whole = new RunningNormalizer().push(rows);
  for (let t = 1; t < rows.length; t++) {
    const soFar = normalizeUtterance(rows.slice(0, t + 1)).at(-1)!;
    for (const [d, value] of whole[t]!.entries()) expect(value).toBeCloseTo(soFar[d]!, 9);
  }
  const blocks = new RunningNormalizer();
  expect([...blocks.push(rows.slice(0, 7)), ...blocks.push([]), ...blocks.push(rows.slice(7))]).toEqual(whole);
});

test('running: forgets what lies far behind', () => {
  const normalizer = new RunningNormalizer(20);
  normalizer.push(Array.from({ length: 100 }, () => [100 + rng.normal()]));
  const later = normalizer.push(Array.from({ length: 300 }, () => [rng.normal()])).slice(200);
  const mean = later.reduce((sum, row) => sum + row[0]! / 100, 0);
  expect(Math.abs(mean)).toBeLessThan(0.3);
});

test('what is not finite or ragged is told with its place', () => {
  expect(() => normalizeUtterance([[1], [Number.NaN]])).toThrow('row 1 has NaN in column 0');
  const normalizer = new RunningNormalizer();
  normalizer.push([[1, 2]]);
  expect(() => normalizer.push([[1]])).toThrow('row 0 has 1 numbers, expected 2');
});

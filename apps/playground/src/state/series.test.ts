import { expect, test } from 'vitest';
import { Series } from './series.js';

test('law: however long it gets, it stays short, in order, and spans everything', () => {
  const series = new Series();
  for (let step = 1; step <= 50_000; step++) series.add([[step, 1 / step]]);
  expect(series.steps.length).toBeLessThanOrEqual(4001);
  expect(series.steps.length).toBe(series.values.length);
  expect(series.steps[0]).toBe(1);
  expect(series.steps.at(-1)).toBeGreaterThan(49_900);
  for (let i = 1; i < series.steps.length; i++) expect(series.steps[i]!).toBeGreaterThan(series.steps[i - 1]!);
  expect(series.values.every((value, i) => value === 1 / series.steps[i]!)).toBe(true);
});

test('cutting forgets what came later, and step 0 everything', () => {
  const series = new Series();
  series.add([0, 1, 2, 3].map((step) => [step, step] as const));
  series.cut(9);
  expect(series.steps).toEqual([0, 1, 2, 3]);
  series.cut(2);
  expect(series.steps).toEqual([0, 1, 2]);
  series.cut(0);
  expect(series.values).toEqual([]);
});

test('smoothing begins at the first value and keeps what is constant', () => {
  const series = new Series();
  series.add([5, 5, 5].map((value, step) => [step, value] as const));
  for (const value of series.smoothed()) expect(value).toBeCloseTo(5, 9);
});

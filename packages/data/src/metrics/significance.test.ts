import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approximateRandomization, bootstrapInterval, pairedBootstrap } from './significance.js';

const named = (name: string) => expect.objectContaining({ name });
const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
const tests = [pairedBootstrap, approximateRandomization];

test('the interval of a mean is that of the normal distribution', () => {
  const rng = new Rng(1);
  const values = Array.from({ length: 400 }, () => rng.normal());
  const { score, mean: drawn, low, high } = bootstrapInterval(values, mean, { resamples: 4000, rng });
  const error = Math.sqrt(mean(values.map((each) => (each - score) ** 2)) / 400);
  expect(score).toBe(mean(values));
  expect(drawn).toBeCloseTo(score, 2);
  expect((score - low) / error).toBeCloseTo(1.96, 0);
  expect((high - score) / error).toBeCloseTo(1.96, 0);
});

test('law: the same seed gives the same interval, more confidence a wider one around the mean', () => {
  const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  const law = fc.property(values, fc.nat(), (all, seed) => {
    const interval = (confidence: number) =>
      bootstrapInterval(all, mean, { resamples: 50, confidence, rng: new Rng(seed) });
    const [narrow, wide] = [interval(0.5), interval(0.9)];
    expect(interval(0.5)).toEqual(narrow);
    expect(wide.low).toBeLessThanOrEqual(narrow.low);
    expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
    expect(interval(0).low).toBeLessThanOrEqual(interval(0).high);
  });
  fc.assert(law);
});

test('a clear difference is significant; sides swap the sign', () => {
  const rng = new Rng(2);
  const base = Array.from({ length: 100 }, () => rng.normal());
  const better = base.map((each) => each + 0.5 + 0.2 * rng.normal());
  for (const test of tests) {
    const clear = test(better, base, mean, { rng: new Rng(3) });
    expect(clear.difference).toBeCloseTo(0.5, 1);
    expect(clear.pValue).toBe(1 / 1001);
    expect(test(base, better, mean, { rng: new Rng(3) }).difference).toBe(-clear.difference);
    expect(test(base, base, mean, { rng: new Rng(3) })).toEqual({ difference: 0, pValue: 1 });
  }
});

test('where neither is better, about one test in twenty says so', () => {
  for (const test of tests) {
    const rng = new Rng(5);
    const pValues = Array.from({ length: 200 }, () => {
      const first = Array.from({ length: 40 }, () => rng.normal());
      const second = first.map((each) => each + 0.2 * rng.normal());
      return test(first, second, mean, { resamples: 200, rng }).pValue;
    });
    expect(pValues.filter((p) => p <= 0.05).length / 200).toBeLessThan(0.1);
    expect(mean(pValues)).toBeCloseTo(0.5, 1);
  }
});

test('approximate randomisation approaches the exact test of all changes of sides', () => {
  const [first, second] = [
    [3, 2, 4, 1, 5, 2],
    [1, 2, 2, 2, 1, 1],
  ];
  const gaps = first.map((each, i) => each - second[i]!);
  const real = Math.abs(mean(gaps));
  const all = Array.from({ length: 64 }, (_, bits) => Math.abs(mean(gaps.map((g, i) => ((bits >> i) & 1 ? -g : g)))));
  const exact = all.filter((each) => each >= real - 1e-12).length / 64;
  const { pValue } = approximateRandomization(first, second, mean, { resamples: 20_000, rng: new Rng(4) });
  expect(pValue).toBeCloseTo(exact, 1.7);
});

test('no examples, numbers that differ, impossible options', () => {
  expect(() => bootstrapInterval([], mean)).toThrow(named('DataError'));
  expect(() => bootstrapInterval([1], mean, { confidence: 2 })).toThrow(named('OptionError'));
  for (const test of tests) {
    expect(() => test([], [], mean)).toThrow(named('DataError'));
    expect(() => test([1], [], mean)).toThrow(named('ShapeError'));
    expect(() => test([1], [1], mean, { resamples: 0 })).toThrow(named('OptionError'));
  }
});

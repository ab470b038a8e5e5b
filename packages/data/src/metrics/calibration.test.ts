import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brierScore, calibrationBins, expectedCalibrationError } from './calibration.js';
import { bitsPerCharacter, perplexity } from './language-model.js';

const named = (name: string) => expect.objectContaining({ name });

test('by hand: four predictions in two bins', () => {
  const rows = [
    [0.9, 0.1],
    [0.8, 0.2],
    [0.6, 0.4],
    [0.3, 0.7],
  ];
  const expected = [0, 1, 0, 0];
  expect(expectedCalibrationError(rows, expected, { bins: 4 })).toBeCloseTo((2 * 0.35 + 2 * 0.15) / 4, 15);
  expect(brierScore(rows, expected)).toBeCloseTo((0.02 + 1.28 + 0.32 + 0.98) / 4, 15);
  const bins = calibrationBins(rows, expected, { bins: 4 });
  expect(bins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
    [0, 0],
    [0, 0],
    [2, 0.5],
    [2, 0.5],
  ]);
  expect(bins[3]!.confidence).toBeCloseTo(0.85, 15);
});

test('a probability on a border belongs to the lower bin', () => {
  const bins = calibrationBins(
    [
      [0.5, 0.5],
      [1, 0],
    ],
    [0, 0],
    { bins: 2 },
  );
  expect(bins.map(({ count }) => count)).toEqual([1, 1]);
});

test('law: with one bin ECE is the gap of mean confidence and accuracy; certainty is 0 or 2', () => {
  const row = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 });
  const law = fc.property(fc.array(fc.tuple(row, fc.nat(2)), { minLength: 1 }), (all) => {
    const rows = all.map(([weights]) => weights.map((w) => w / weights.reduce((a, b) => a + b, 0)));
    const expected = all.map(([, label]) => label);
    const confidence = rows.reduce((sum, p) => sum + Math.max(...p), 0) / rows.length;
    const right = rows.filter((p, i) => p.indexOf(Math.max(...p)) === expected[i]).length / rows.length;
    expect(expectedCalibrationError(rows, expected, { bins: 1 })).toBeCloseTo(Math.abs(confidence - right), 12);
    const total = calibrationBins(rows, expected).reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(rows.length);
    const certain = expected.map((label) => [0, 1, 2].map((k) => Number(k === label)));
    expect(brierScore(certain, expected)).toBe(0);
    expect(
      brierScore(
        certain,
        expected.map((label) => (label + 1) % 3),
      ),
    ).toBe(2);
  });
  fc.assert(law);
});

test('what is no distribution, no class or nothing is an error', () => {
  expect(() => brierScore([], [])).toThrow(named('DataError'));
  expect(() => brierScore([[1]], [])).toThrow(named('ShapeError'));
  for (const row of [[2, -1], [0.2, 0.2], [Number.NaN, 1], []]) expect(() => brierScore([row], [0])).toThrow('softmax');
  for (const label of [2, -1, 0.5]) expect(() => brierScore([[0.5, 0.5]], [label])).toThrow('no column');
  expect(() => expectedCalibrationError([[1]], [0], { bins: 0 })).toThrow(named('OptionError'));
});

test('a uniform model hesitates among all tokens', () => {
  expect(perplexity(Math.log(8))).toBeCloseTo(8, 12);
  expect(bitsPerCharacter(Math.log(8))).toBeCloseTo(3, 14);
  expect(bitsPerCharacter(Math.log(8), 2)).toBeCloseTo(1.5, 14);
});

/** Sensor rows: windows, scales, grids and gaps, each against its definition. */
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillMissing } from './missing-values.js';
import { regularGrid } from './regular-grid.js';
import { slidingWindows } from './sliding-windows.js';
import { Standardizer } from './standardizer.js';

const rng = new Rng(1);
const x = Number.NaN;

test('sliding windows: all that lie in the sequence, a hop apart', () => {
  const small = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.nat(20), small, small, fc.nat(3), (length, steps, hop, ahead) => {
      const items = Array.from({ length }, (_, i) => i);
      const expected = items.filter((i) => i % hop === 0 && i + steps + ahead <= length);
      const found = slidingWindows(items, { steps, hop, ahead });
      expect(found).toEqual(expected.map((i) => items.slice(i, i + steps + ahead)));
    }),
  );
  expect(slidingWindows([1, 2, 3, 4, 5], { steps: 2 })).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('standardizer: mean 0 and deviation 1 of what was read, back again, and saved', () => {
  const rows = Array.from({ length: 60 }, (_, t) => [1e9 + rng.normal(), t % 3 ? 5 * rng.normal() : x, 0.1, x]);
  const standardizer = Standardizer.fit([rows.slice(0, 20), [], rows.slice(20)]);
  const found = standardizer.transform(rows);
  for (const d of [0, 1]) {
    const read = found.map((row) => row[d]!).filter((value) => !Number.isNaN(value));
    expect(read.reduce((sum, value) => sum + value, 0) / read.length).toBeCloseTo(0, 6);
    expect(read.reduce((sum, value) => sum + value * value, 0) / read.length).toBeCloseTo(1, 6);
  }
  for (const row of found) expect(row.slice(2)).toEqual([expect.closeTo(0, 9), x]);
  for (const [t, row] of standardizer.inverse(found).entries())
    expect(row).toEqual(rows[t]!.map((value) => (Number.isNaN(value) ? x : expect.closeTo(value, 5))));
  expect(Standardizer.fromJSON(JSON.parse(JSON.stringify(standardizer))).transform(rows)).toEqual(found);
});

test('standardizer: what is not finite, ragged or foreign is told', () => {
  expect(() => Standardizer.fit([[[1]], [[2], [Infinity]]])).toThrow('series 1 has Infinity in row 1, column 0');
  expect(() => Standardizer.fit([[], []])).toThrow('no series with a row');
  expect(() => Standardizer.fit([[[1], [1, 2]]])).toThrow('row 1 has 2 numbers, expected 1');
  for (const saved of [
    undefined,
    {},
    { format: 'seqloom-standardizer', version: 2 },
    { format: 'seqloom-standardizer', version: 1, mean: [1], deviation: [0] },
  ])
    expect(() => Standardizer.fromJSON(saved)).toThrow('Standardizer.fromJSON');
});

test('regular grid: a line through readings at any times stays that line; readings stay what they are', () => {
  let time = 0;
  const times = Array.from({ length: 40 }, () => {
    time += 0.1 + rng.uniform();
    return time;
  });
  const rows = times.map((t, i) => [3 - 2 * t, i % 4 === 1 ? x : t]);
  const grid = regularGrid({ times, rows }, { interval: 0.25 });
  for (const [i, [a, b]] of grid.rows.entries()) {
    expect(grid.times[i]).toBeCloseTo(times[0]! + 0.25 * i, 9);
    expect(a).toBeCloseTo(3 - 2 * grid.times[i]!, 9);
    if (grid.times[i]! < times[38]!) expect(b).toBeCloseTo(grid.times[i]!, 9);
  }
  const same = regularGrid({ times: [0, 1, 2], rows: [[1], [5], [2]] }, { interval: 1, method: 'previous' });
  expect(same).toEqual({ times: [0, 1, 2], rows: [[1], [5], [2]] });
});

test('regular grid: the previous reading, gaps, the ends and what is refused', () => {
  const readings = { times: [1, 2, 5], rows: [[1], [2], [8]] };
  expect(regularGrid(readings, { interval: 1, method: 'previous', start: 0, end: 6 }).rows.flat()).toEqual([
    x,
    1,
    2,
    2,
    2,
    8,
    x,
  ]);
  expect(regularGrid(readings, { interval: 0.5, longestGap: 1 }).rows.flat()).toEqual([1, 1.5, 2, x, x, x, x, x, 8]);
  const tenths = regularGrid({ times: [0, 0.1, 0.2, 0.3], rows: [[1], [2], [3], [4]] }, { interval: 0.1 });
  expect(tenths.rows).toEqual([[1], [2], [3], [4]]); // 3 · 0.1 is a little more than 0.3
  expect(regularGrid({ times: [], rows: [] }, { interval: 1 })).toEqual({ times: [], rows: [] });
  expect(() => regularGrid({ times: [1, 1], rows: [[1], [1]] }, { interval: 1 })).toThrow(
    'time 1 is 1, not later than 1',
  );
  expect(() => regularGrid(readings, { interval: 1e-12 })).toThrow('rows are too many');
});

test('missing values: filled, masked, and how old they are, as in GRU-D’s example', () => {
  const rows = [
    [47, x],
    [49, 15],
    [x, 14],
    [40, x],
    [x, x],
    [43, x],
    [55, 15],
  ];
  const times = [0, 0.1, 0.6, 1.6, 2.2, 2.5, 3.1];
  const { rows: filled, mask, sinceObserved } = fillMissing(rows, { times, values: [0, 9] });
  expect(filled.map((row) => row[0])).toEqual([47, 49, 49, 40, 40, 43, 55]);
  expect(filled.map((row) => row[1])).toEqual([9, 15, 14, 14, 14, 14, 15]);
  expect(mask.map((row) => row[0])).toEqual([1, 1, 0, 1, 0, 1, 1]);
  const old = [0, 1].map((d) => sinceObserved.map((row) => Math.round(row[d]! * 10) / 10));
  expect(old).toEqual([
    [0, 0.1, 0.5, 1.5, 0.6, 0.9, 0.6],
    [0, 0.1, 0.5, 1, 1.6, 1.9, 2.5],
  ]);
  expect(fillMissing(rows, { method: 'constant' }).rows.map((row) => row[1])).toEqual([0, 15, 14, 0, 0, 0, 15]);
  expect(fillMissing([])).toEqual({ rows: [], mask: [], sinceObserved: [] });
  expect(() => fillMissing(rows, { values: [1] })).toThrow('`values` must have 2 numbers');
});

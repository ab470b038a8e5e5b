/** Features against librosa, and what holds of them whatever the sound. */
import { readFile } from 'node:fs/promises';
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deltas, withDeltas } from './deltas.js';
import { type LogMelOptions, LogMelStream, logMel, melStyles } from './log-mel.js';
import { melFilters } from './mel-filters.js';
import { mfcc } from './mfcc.js';
import { preEmphasis } from './pre-emphasis.js';

interface Case {
  options: LogMelOptions;
  logMel: number[][];
  mfcc: number[][];
  deltas?: number[][];
}

const { cases } = JSON.parse(await readFile(new URL('./__fixtures__/librosa.json', import.meta.url), 'utf8')) as {
  cases: Record<string, Case>;
};
const signal = Float64Array.from({ length: 2000 }, (_, i) => {
  const t = i / 8000;
  return 0.5 * Math.sin(2 * Math.PI * (200 * t + 6000 * t * t)) + 0.25 * Math.sin(2 * Math.PI * 1234.5 * t);
});

function near(found: number[][], expected: number[][], digits = 5): void {
  expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  for (const [t, row] of found.entries())
    for (const [d, value] of row.entries()) expect(value, `[${t},${d}]`).toBeCloseTo(expected[t]![d]!, digits);
}

test.each(Object.entries(cases))('librosa: %s', (_, golden) => {
  const bands = logMel(signal, golden.options);
  near(bands, golden.logMel);
  near(mfcc(bands, { coefficients: 8 }), golden.mfcc);
  if (golden.deltas) near(deltas(bands), golden.deltas);
});

test('the stream gives the frames of the whole, in whatever blocks sound comes', () => {
  const options = fc.record({
    sampleRate: fc.constant(8000),
    frameLength: fc.integer({ min: 1, max: 60 }),
    hopLength: fc.integer({ min: 1, max: 90 }),
    melBands: fc.constant(3),
    style: fc.record({
      padding: fc.constantFrom('none', 'zeros', 'reflect'),
      preEmphasis: fc.constantFrom(0, 0.97),
    }),
  });
  const blocks = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 6 });
  fc.assert(
    fc.property(options, blocks, (choice, lengths) => {
      const stream = new LogMelStream(choice as LogMelOptions);
      let end = 0;
      const found = lengths.flatMap((length) => {
        end += length;
        return stream.push(signal.subarray(end - length, end));
      });
      expect([...found, ...stream.end()]).toEqual(logMel(signal.subarray(0, end), choice as LogMelOptions));
      expect(() => stream.push([0])).toThrow('this stream has ended');
    }),
  );
});

test('silence is finite, no sound has no frames, and what is not finite is told with its place', () => {
  expect(logMel(new Float32Array(400), { sampleRate: 8000 }).flat().every(Number.isFinite)).toBe(true);
  for (const style of Object.values(melStyles)) expect(logMel([], { sampleRate: 8000, style })).toEqual([]);
  expect(mfcc([])).toEqual([]);
  expect(withDeltas([])).toEqual([]);
  const stream = new LogMelStream({ sampleRate: 8000 });
  stream.push(new Float32Array(700));
  expect(() => stream.push([0, 0, Number.NaN])).toThrow('LogMelStream: sample 702 is NaN');
});

test('a pure tone is strongest in the band that it lies in', () => {
  const filters = melFilters({ sampleRate: 16000, fftSize: 512, melBands: 20 });
  for (const [band, weights] of filters.entries()) {
    const bin = weights.indexOf(Math.max(...weights));
    const tone = Float64Array.from({ length: 2048 }, (_, i) => Math.sin((2 * Math.PI * bin * i) / 512));
    const style = { padding: 'none', normalization: 'none' } as const;
    const row = logMel(tone, { sampleRate: 16000, frameLength: 512, melBands: 20, style })[0]!;
    expect(Math.abs(row.indexOf(Math.max(...row)) - band)).toBeLessThanOrEqual(band === 0 ? 1 : 0);
  }
});

describe('cepstra and deltas', () => {
  const rng = new Rng(1);
  const rows = Array.from({ length: 9 }, () => Array.from({ length: 6 }, () => rng.normal()));

  test('all coefficients keep the length of a row; lifting multiplies by 1 + L/2 sin(πn/L)', () => {
    const length = (row: number[]) => Math.hypot(...row);
    const cepstra = mfcc(rows, { coefficients: 6 });
    for (const [t, row] of cepstra.entries()) expect(length(row)).toBeCloseTo(length(rows[t]!), 10);
    const lifted = mfcc(rows, { coefficients: 6, lifter: 22 });
    const factors = cepstra[0]!.map((_, n) => 1 + 11 * Math.sin((Math.PI * n) / 22));
    near(
      lifted,
      cepstra.map((row) => row.map((value, n) => value * factors[n]!)),
    );
    expect(() => mfcc(rows)).toThrow('at most the number of mel bands, 6, got 13');
  });

  test('the delta of a straight line is its slope, away from the ends; orders lie side by side', () => {
    const line = Array.from({ length: 9 }, (_, t) => [3 * t, 7 - t]);
    expect(deltas(line, 3).slice(3, -3)).toEqual(Array(3).fill([3, -1]));
    const both = withDeltas(rows, { order: 2 });
    expect(both.map((row) => row.slice(12))).toEqual(deltas(deltas(rows)));
  });

  test('pre-emphasis of blocks is that of the whole', () => {
    const whole = preEmphasis(signal);
    expect([...preEmphasis(signal.subarray(0, 99)), ...preEmphasis(signal.subarray(99), 0.97, signal[98])]).toEqual([
      ...whole,
    ]);
  });
});

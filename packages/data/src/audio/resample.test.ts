/** Resampling by its laws: tones below the lower Nyquist frequency pass, tones above are gone, blocks change nothing. */
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resampler, resample } from './resample.js';

const rates: [number, number][] = [
  [48_000, 16_000],
  [44_100, 16_000],
  [8000, 16_000],
  [8000, 11_025],
  [16_000, 8000],
];
const tone = (hertz: number, rate: number, length: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate + 0.3));

/** The greatest difference away from the ends, where the filter reaches over the sound. */
function difference(a: Float32Array, b: Float64Array, margin: number): number {
  let most = 0;
  for (let i = margin; i < b.length - margin; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

test.each(rates)(
  '%i → %i Hz: a tone up to 0.9 of the lower Nyquist frequency is that tone, within 0.001 dB',
  (from, to) => {
    const nyquist = Math.min(from, to) / 2;
    const margin = Math.ceil(70 * Math.max(1, to / from));
    for (let part = 0; part <= 0.9; part += 0.1) {
      const found = resample(tone(part * nyquist, from, from / 10), { from, to });
      expect(found).toHaveLength(Math.ceil((Math.floor(from / 10) * to) / from));
      expect(difference(found, tone(part * nyquist, to, found.length), margin)).toBeLessThan(10 ** (0.001 / 20) - 1);
    }
  },
);

test.each(rates.filter(([from, to]) => to < from))('%i → %i Hz: a tone above is 95 dB lower', (from, to) => {
  for (let part = 1; part < from / to; part += 0.1) {
    const found = resample(tone((part * to) / 2, from, from / 10), { from, to });
    expect(difference(found, new Float64Array(found.length), 70)).toBeLessThan(10 ** (-95 / 20));
  }
});

test.each(rates.filter(([from, to]) => to > from))(
  '%i → %i Hz: no image of a tone above the old Nyquist frequency',
  (from, to) => {
    const [found, hertz] = [resample(tone(0.9 * (from / 2), from, from / 5), { from, to }), 0.9 * (from / 2)];
    const rest = Float64Array.from(found, (value, i) => value - Math.sin((2 * Math.PI * hertz * i) / to + 0.3));
    expect(difference(new Float32Array(rest.length), rest, 140)).toBeLessThan(10 ** (-78 / 20));
  },
);

test('blocks change nothing, and a constant stays what it is', () => {
  const rng = new Rng(1);
  const noise = Float64Array.from({ length: 700 }, () => rng.normal());
  const rate = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(rate, rate, fc.array(fc.nat(150), { maxLength: 4 }), (from, to, lengths) => {
      const resampler = new Resampler({ from, to });
      let end = 0;
      const found = lengths.flatMap((length) => {
        end += length;
        return [...resampler.push(noise.subarray(end - length, end))];
      });
      expect([...found, ...resampler.end()]).toEqual([...resample(noise.subarray(0, end), { from, to })]);
      expect(() => resampler.push([1])).toThrow('this sound has ended');
    }),
  );
  const constant = resample(new Float64Array(900).fill(0.5), { from: 3, to: 2 });
  expect(constant.subarray(110, -110).every((value) => value === 0.5)).toBe(true);
});

test('no sound stays none, and what is not finite is told with its place', () => {
  expect(resample([], { from: 3, to: 2 })).toHaveLength(0);
  expect([...resample([1, 2], { from: 5, to: 5 })]).toEqual([1, 2]);
  expect(() => resample([0, Number.NaN], { from: 3, to: 2 })).toThrow('resample: sample 1 is NaN');
  expect(() => resample([0], { from: 44_100.5, to: 2 })).toThrow('`from` must be a whole number');
});

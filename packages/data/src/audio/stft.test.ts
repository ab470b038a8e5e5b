/** Transforms against their definition, ONNX' cases and each other. */
import { readFile } from 'node:fs/promises';
import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { realFourier } from './fourier.js';
import { inverseStft, type StftOptions, stft } from './stft.js';
import { windowFunction } from './window-functions.js';

const rng = new Rng(3);
const noise = (length: number) => Float64Array.from({ length }, () => rng.normal());

test.each([1, 2, 3, 4, 5, 6, 10, 12, 15, 16, 25, 50, 97, 200, 400])(
  'the transform of %i samples is the sum that defines it, and there and back is nothing',
  (n) => {
    const x = noise(n);
    const { forward, inverse } = realFourier(n);
    const [re, im] = forward(x).map((part) => part.slice()) as [Float64Array, Float64Array];
    expect(re).toHaveLength(Math.floor(n / 2) + 1);
    for (let k = 0; k < re.length; k++) {
      const sum = (f: (a: number) => number) =>
        x.reduce((s, value, i) => s + value * f((2 * Math.PI * ((i * k) % n)) / n), 0);
      expect(re[k]).toBeCloseTo(sum(Math.cos), 9);
      expect(im[k]).toBeCloseTo(-sum(Math.sin), 9);
    }
    for (const [i, value] of inverse(re, im).entries()) expect(value).toBeCloseTo(x[i]!, 10);
    const energy = re.reduce((sum, a, k) => sum + (a * a + im[k]! ** 2) * (k === 0 || 2 * k === n ? 1 : 2), 0);
    expect(energy / n).toBeCloseTo(
      x.reduce((sum, a) => sum + a * a, 0),
      8,
    ); // Parseval
  },
);

test('inverseStft(stft(x)) = x where windows reach', () => {
  const choices = fc.record({
    frameLength: fc.integer({ min: 8, max: 40 }),
    more: fc.integer({ min: 0, max: 9 }),
    window: fc.constantFrom('hann', 'hamming', 'blackman'),
    padding: fc.constantFrom('zeros', 'reflect'),
  });
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 150 }), ({ frameLength, more, ...rest }, length) => {
      const hopLength = Math.floor(frameLength / 4);
      const options = { frameLength, hopLength, fftSize: frameLength + more, ...rest } as StftOptions;
      const x = noise(length);
      const back = inverseStft(stft(x, options), length, options);
      const reached = length - (length % hopLength); // the last frame is centred there
      for (let i = 0; i < reached; i++) expect(back[i]).toBeCloseTo(x[i]!, 4);
    }),
  );
});

test('a tone peaks in its bin', () => {
  for (let bin = 2; bin < 30; bin++) {
    const tone = Float64Array.from({ length: 300 }, (_, i) => Math.cos((2 * Math.PI * bin * i) / 64));
    const { real, imaginary } = stft(tone, { frameLength: 64, padding: 'none' });
    const size = real[2]!.map((re, k) => Math.hypot(re, imaginary[2]![k]!));
    expect(size.indexOf(Math.max(...size))).toBe(bin);
  }
});

test('ONNX: STFT', async () => {
  const golden = JSON.parse(await readFile(new URL('./__fixtures__/onnx-stft.json', import.meta.url), 'utf8'));
  for (const { signal, hopLength, frameLength, window, real, imaginary } of golden.cases) {
    const found = stft(signal, { frameLength, hopLength, window, padding: 'none' });
    expect(found.real.flat()).toHaveLength(real.length);
    for (const [i, value] of found.real.flat().entries()) expect(Math.abs(value - real[i])).toBeLessThan(2e-3);
    for (const [i, value] of found.imaginary.flat().entries())
      expect(Math.abs(value - imaginary[i])).toBeLessThan(2e-3);
  }
});

test('windows: periodic ones are symmetric ones of one more, and symmetric ones are', () => {
  for (const name of ['hann', 'hamming', 'blackman', 'rectangular'] as const) {
    const whole = windowFunction(name, 10, 'symmetric');
    expect([...windowFunction(name, 9)]).toEqual([...whole.subarray(0, 9)]);
    for (const [i, value] of whole.entries()) expect(value).toBeCloseTo(whole[9 - i]!, 12);
    expect([...windowFunction(name, 1, 'symmetric')]).toEqual([1]);
  }
  expect([...windowFunction('hann', 4)].map((value) => +value.toFixed(12))).toEqual([0, 0.5, 1, 0.5]);
});

test('what does not fit is refused', () => {
  expect(() => stft([], { frameLength: 9, fftSize: 8 })).toThrow('`fftSize` must be at least `frameLength` (9), got 8');
  expect(() => inverseStft({ real: [[1, 2]], imaginary: [[1, 2]] }, 8, { frameLength: 8 })).toThrow(
    'every frame must have 5',
  );
  expect(stft([], { frameLength: 8, padding: 'reflect' })).toEqual({ real: [], imaginary: [] });
});

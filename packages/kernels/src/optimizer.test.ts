import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, adamUpdate, floats, loadKernels, sumOfSquares } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;
const lengths = fc.integer({ min: 0, max: 40 });

/** Each value is a handful of float32 operations on numbers up to 1 away from its inputs; the update then divides by √variance. */
const tolerance = 1e-6;

function place(n: number, draw: () => number): { pointer: number; values: Float32Array } {
  const pointer = arena.allocate(4 * n);
  const values = Float32Array.from({ length: n }, draw);
  floats(arena, pointer, n).set(values);
  return { pointer, values };
}

it('adamUpdate = its formula, in place', () => {
  fc.assert(
    fc.property(lengths, (n) => {
      const start = arena.allocate(0);
      const signed = () => Math.random() * 2 - 1;
      const [gradient, mean, variance, update] = [
        place(n, signed),
        place(n, signed),
        place(n, Math.random),
        place(n, signed),
      ];
      const rates = { beta1: 0.9, beta2: 0.999, correction: 0.3, floor: 1e-8 };
      const places = {
        gradient: gradient.pointer,
        mean: mean.pointer,
        variance: variance.pointer,
        update: update.pointer,
        n,
      };
      adamUpdate(kernels, { ...places, nextMean: mean.pointer, nextVariance: variance.pointer }, rates);
      for (let i = 0; i < n; i++) {
        const g = gradient.values[i]!;
        const m = 0.9 * mean.values[i]! + 0.1 * g;
        const v = 0.999 * variance.values[i]! + 0.001 * g * g;
        expect(floats(arena, mean.pointer, n)[i]).toBeCloseTo(m, 6);
        expect(floats(arena, variance.pointer, n)[i]).toBeCloseTo(v, 6);
        const expected = (0.3 * m) / (Math.sqrt(v) + 1e-8);
        const gap = Math.abs(floats(arena, update.pointer, n)[i]! - expected);
        expect(gap).toBeLessThanOrEqual(tolerance * Math.max(1, 1 / Math.sqrt(v)));
      }
      arena.free(start);
    }),
  );
});

it('sumOfSquares = Σ x², also of a million terms', () => {
  for (const n of [0, 1, 3, 1023, 1024, 1025, 1_000_003]) {
    const start = arena.allocate(0);
    const { pointer, values } = place(n, () => Math.random() * 2 - 1);
    const expected = values.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(sumOfSquares(kernels, pointer, n) - expected)).toBeLessThanOrEqual(tolerance * expected);
    arena.free(start);
  }
});

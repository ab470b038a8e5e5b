import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, floats, loadKernels, type Reduction, reduce, softmax } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Sums of up to 9,000 float32 numbers of size 10, and quotients of exponentials. */
const tolerance = 2e-6;

const shape = fc.record({
  blocks: fc.integer({ min: 1, max: 3 }),
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(9000)),
  width: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 1, max: 1000 }),
  special: fc.constantFrom(1, NaN, Infinity, -Infinity),
});

it('reduce = its definition along any axis; NaN and infinities go through', () => {
  fc.assert(
    fc.property(shape, ({ blocks, length, width, seed, special }) => {
      const start = arena.allocate(0);
      const size = blocks * length * width;
      const x = arena.allocate(4 * size);
      const values = floats(arena, x, size).map((_, i) => ((i * 7919 + seed) % 2003) / 100 - 10);
      values[seed % size] = special;
      floats(arena, x, size).set(values);
      const out = arena.allocate(4 * blocks * width);
      const ops: Record<Reduction, (line: number[]) => number> = {
        sum: (line) => line.reduce((a, b) => a + b, 0) / 4,
        max: (line) => line.reduce((a, b) => Math.max(a, b)),
        min: (line) => line.reduce((a, b) => Math.min(a, b)),
      };
      for (const [op, f] of Object.entries(ops)) {
        reduce(kernels, op as Reduction, { x, out, blocks, length, width, divisor: 4 });
        for (const [i, found] of floats(arena, out, blocks * width).entries()) {
          const first = Math.floor(i / width) * length * width + (i % width);
          const line = Array.from({ length }, (_, k) => values[first + k * width]!);
          const expected = f(line);
          if (Number.isFinite(expected))
            expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance * 10 * length);
          else expect(found).toBe(expected);
        }
      }
      arena.free(start);
    }),
    { numRuns: 60 },
  );
});

it('softmax = its definition, below any row; a row of −∞ or with +∞ is NaN, as everywhere in tfjs', () => {
  const value = fc.oneof(fc.float({ min: -200, max: 200, noNaN: true }), fc.constantFrom(-Infinity, Infinity, NaN));
  const line = fc.array(value, { minLength: 1, maxLength: 19 });
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 3 }), (given, rows) => {
      const start = arena.allocate(0);
      const columns = given.length;
      const values = Array.from({ length: rows }, () => given).flat();
      const x = arena.allocate(4 * values.length);
      floats(arena, x, values.length).set(values);
      softmax(kernels, { x, out: x, rows, columns });
      const powers = given.map((a) => Math.exp(Math.fround(a) - Math.fround(Math.max(...given))));
      const total = powers.reduce((a, b) => a + b, 0);
      for (const [i, found] of floats(arena, x, values.length).entries()) {
        const expected = powers[i % columns]! / total;
        if (Number.isNaN(expected)) expect(found).toBeNaN();
        else expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance);
      }
      arena.free(start);
    }),
  );
});

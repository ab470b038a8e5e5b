/** Tolerance: 1e-6 of numbers of about 1. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, floats, loadKernels, turnPairs } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

function place(values: ArrayLike<number>): number {
  const pointer = arena.allocate(4 * values.length);
  floats(arena, pointer, values.length).set(values);
  return pointer;
}

const small = (max: number) => fc.integer({ min: 1, max });

it.each(['half', 'interleaved'] as const)(
  'turnPairs, %s = multiplying complex numbers; back again it is x',
  (layout) => {
    fc.assert(
      fc.property(small(3), small(3), small(3), small(9), (batch, steps, heads, pairs) => {
        const start = arena.allocate(0);
        const rows = batch * steps;
        const numbers = Float32Array.from({ length: rows * heads * 2 * pairs }, (_, i) => Math.sin(i * i + 1));
        const angles = Float64Array.from({ length: steps * pairs }, (_, i) => i * 0.7);
        const waves = place([...angles.map(Math.cos), ...angles.map(Math.sin)]);
        const [x, out, back] = [place(numbers), place(numbers), place(numbers)];
        const call = { waves, rows, steps, heads, pairs, layout };
        turnPairs(kernels, { ...call, x, out, way: 1 });
        turnPairs(kernels, { ...call, x: out, out: back, way: -1 });

        const expected = Float64Array.from(numbers);
        for (let row = 0; row < rows; row++) {
          for (let head = 0; head < heads; head++) {
            for (let i = 0; i < pairs; i++) {
              const from = (row * heads + head) * 2 * pairs;
              const [real, imaginary] =
                layout === 'half' ? [from + i, from + pairs + i] : [from + 2 * i, from + 2 * i + 1];
              const angle = angles[(row % steps) * pairs + i]!;
              const [a, b, c, s] = [numbers[real]!, numbers[imaginary]!, Math.cos(angle), Math.sin(angle)];
              [expected[real], expected[imaginary]] = [a * c - b * s, a * s + b * c];
            }
          }
        }
        const near = (pointer: number, values: ArrayLike<number>) => {
          for (const [i, value] of floats(arena, pointer, numbers.length).entries()) {
            expect(Math.abs(value - values[i]!)).toBeLessThan(1e-6);
          }
        };
        near(out, expected);
        near(back, numbers);
        arena.free(start);
      }),
    );
  },
);

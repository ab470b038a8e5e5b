import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, affine, affineGradient, floats, loadKernels } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Sums of at most 40 products of numbers up to 1, in float32. */
const tolerance = 2e-5;

it('affine and its gradient = the definition in float64', () => {
  const sizes = fc.record({
    rows: fc.nat(40),
    inputSize: fc.integer({ min: 1, max: 20 }),
    outputSize: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(sizes, ({ rows, inputSize, outputSize }) => {
      const start = arena.allocate(0);
      const [nX, nW, nY] = [rows * inputSize, inputSize * outputSize, rows * outputSize];
      const [x, weight, bias, dY] = [nX, nW, outputSize, nY].map(place) as [Placed, Placed, Placed, Placed];
      const [y, dX, dWeight, dBias] = [nY, nX, nW, outputSize].map(place) as [Placed, Placed, Placed, Placed];
      const expected = [nY, nX, nW, outputSize].map((length) => new Float64Array(length)) as [
        Numbers,
        Numbers,
        Numbers,
        Numbers,
      ];
      for (let r = 0; r < rows; r++) {
        for (let o = 0; o < outputSize; o++) {
          const at = r * outputSize + o;
          expected[0][at]! += bias.values[o]!;
          expected[3][o]! += dY.values[at]!;
          for (let i = 0; i < inputSize; i++) {
            const [atX, atW] = [r * inputSize + i, i * outputSize + o];
            expected[0][at]! += x.values[atX]! * weight.values[atW]!;
            expected[1][atX]! += dY.values[at]! * weight.values[atW]!;
            expected[2][atW]! += dY.values[at]! * x.values[atX]!;
          }
        }
      }
      const inputs = { x: x.pointer, weight: weight.pointer, bias: bias.pointer, rows, inputSize, outputSize };
      affine(kernels, inputs, y.pointer);
      const gradients = { dY: dY.pointer, dX: dX.pointer, dWeight: dWeight.pointer, dBias: dBias.pointer };
      affineGradient(kernels, inputs, gradients);
      for (const [i, { pointer }] of [y, dX, dWeight, dBias].entries()) {
        const actual = floats(arena, pointer, expected[i]!.length);
        const worst = actual.reduce((error, value, j) => Math.max(error, Math.abs(value - expected[i]![j]!)), 0);
        expect(worst).toBeLessThan(tolerance);
      }
      arena.free(start);
    }),
  );
});

type Numbers = Float64Array;
type Placed = ReturnType<typeof place>;

function place(length: number): { pointer: number; values: Float32Array } {
  const pointer = arena.allocate(4 * length);
  const values = Float32Array.from({ length }, () => Math.random() * 2 - 1);
  floats(arena, pointer, length).set(values);
  return { pointer, values };
}

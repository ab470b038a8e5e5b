/** Tolerance: float32 sums of at most 40 terms, divided by deviations of about 1. */
import fc from 'fast-check';
import { it } from 'vitest';
import { Arena, floats, loadKernels, normalizeRows, normalizeRowsGradient } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;
const epsilon = 0.1;

function place(length: number, draw: () => number = () => Number.NaN) {
  const pointer = arena.allocate(4 * length);
  const values = floats(arena, pointer, length).fill(0).map(draw);
  floats(arena, pointer, length).set(values);
  return { pointer, values, now: () => floats(arena, pointer, length) };
}

const normal = () => (Math.random() - 0.5) * 4;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function expectNear(actual: Float32Array, expected: readonly number[], what: string): void {
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(actual[i]! - value) <= 2e-5)) throw new Error(`${what}[${i}]: ${actual[i]}, expected ${value}`);
  }
}

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 5 }),
  columns: fc.integer({ min: 1, max: 19 }),
  centred: fc.boolean(),
});

it('normalizeRows and its gradient = the definition in float64', () => {
  fc.assert(
    fc.property(cases, ({ rows, columns, centred }) => {
      const start = arena.allocate(0);
      const size = rows * columns;
      const [x, dY] = [place(size, normal), place(size, normal)];
      const [weight, bias] = [place(columns, normal), place(columns, normal)];
      const [out, scales, dX, dWeight, dBias] = [size, 2 * rows, size, columns, columns].map((n) => place(n)) as Five;
      const call = { x: x.pointer, weight: weight.pointer, scales: scales.pointer, rows, columns, centred };
      normalizeRows(kernels, call, { bias: centred ? bias.pointer : 0, epsilon, out: out.pointer });
      const made = { dX: dX.pointer, dWeight: dWeight.pointer, dBias: centred ? dBias.pointer : 0 };
      normalizeRowsGradient(kernels, call, { dY: dY.pointer, ...made });

      const places = Array.from({ length: size }, (_, i) => ({ i, j: i % columns, row: Math.floor(i / columns) }));
      const inRow = (row: number) => places.filter((place) => place.row === row);
      const means = scales.now().filter((_, i) => i % 2 === 0);
      const factors = Array.from({ length: rows }, (_, row) => {
        const mean = centred ? sum(inRow(row).map(({ i }) => x.values[i]!)) / columns : 0;
        expectNear(means.slice(row), [mean], 'mean');
        return 1 / Math.sqrt(sum(inRow(row).map(({ i }) => (x.values[i]! - mean) ** 2)) / columns + epsilon);
      });
      const straight = places.map(({ i, row }) => (x.values[i]! - means[row]!) * factors[row]!);
      const slopes = places.map(({ i, j }) => dY.values[i]! * weight.values[j]!);
      const offset = (j: number) => (centred ? bias.values[j]! : 0);
      expectNear(
        out.now(),
        places.map(({ i, j }) => straight[i]! * weight.values[j]! + offset(j)),
        'out',
      );
      const expected = places.map(({ i, row }) => {
        const mean = centred ? sum(inRow(row).map((other) => slopes[other.i]!)) / columns : 0;
        const along = sum(inRow(row).map((other) => slopes[other.i]! * straight[other.i]!)) / columns;
        return factors[row]! * (slopes[i]! - mean - straight[i]! * along);
      });
      expectNear(dX.now(), expected, 'dX');
      const down = (f: (i: number) => number) =>
        Array.from({ length: columns }, (_, j) => sum(places.filter((place) => place.j === j).map(({ i }) => f(i))));
      expectNear(
        dWeight.now(),
        down((i) => dY.values[i]! * straight[i]!),
        'dWeight',
      );
      if (centred)
        expectNear(
          dBias.now(),
          down((i) => dY.values[i]!),
          'dBias',
        );
      arena.free(start);
    }),
    { numRuns: 200 },
  );
});

type Placed = ReturnType<typeof place>;
type Five = [Placed, Placed, Placed, Placed, Placed];

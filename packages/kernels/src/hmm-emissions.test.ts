import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  Arena,
  centreRows,
  doubles,
  gaussianDiagLogDensity,
  gaussianFullLogDensity,
  integers,
  loadKernelsSync,
  symbolCounts,
  weightedMoments,
  weightedProducts,
} from './index.js';

const kernels = loadKernelsSync(new Arena());
const arena = kernels.memory as Arena;

const cases = fc.record({
  n: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(127, 128, 130, 300)),
  K: fc.integer({ min: 1, max: 9 }),
  D: fc.integer({ min: 1, max: 10 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function forCases(check: (options: Case) => void): void {
  fc.assert(
    fc.property(cases, (options) => {
      arena.free(16);
      check(options);
    }),
    { numRuns: 150 },
  );
}

/** Normal-ish numbers in the arena, by row and column. */
function put(length: number, draw: () => number = () => 4 * Math.random() - 2) {
  const pointer = arena.allocate(8 * length);
  const values = Float64Array.from({ length }, draw);
  doubles(arena, pointer, length).set(values);
  return { pointer, values, now: () => doubles(arena, pointer, length) };
}

it('Gaussian log densities with diagonal covariances', () =>
  forCases(({ n, K, D }) => {
    const [x, means, precisions, constants] = [put(n * D), put(K * D), put(K * D, Math.random), put(K)];
    const logs = put(n * K);
    gaussianDiagLogDensity(kernels, {
      ...{ x: x.pointer, means: means.pointer, precisions: precisions.pointer, constants: constants.pointer },
      ...{ logs: logs.pointer, n, K, D },
    });
    expectNear(logs.now(), n, K, (r, k) => {
      let sum = constants.values[k]!;
      for (let d = 0; d < D; d++) {
        sum -= 0.5 * (x.values[r * D + d]! - means.values[k * D + d]!) ** 2 * precisions.values[k * D + d]!;
      }
      return sum;
    });
  }));

it('Gaussian log densities by factors; what is above their diagonals is not read', () =>
  forCases(({ n, K, D }) => {
    const [x, means, constants] = [put(n * D), put(K * D), put(K)];
    let place = 0;
    const factors = put(K * D * D, () => {
      const [row, column] = [Math.floor(place / D) % D, place++ % D];
      return column > row ? Number.NaN : Math.random() - 0.5;
    });
    const logs = put(n * K);
    gaussianFullLogDensity(kernels, {
      ...{ x: x.pointer, means: means.pointer, factors: factors.pointer, constants: constants.pointer },
      ...{ logs: logs.pointer, n, K, D },
    });
    expectNear(logs.now(), n, K, (r, k) => {
      let sum = constants.values[k]!;
      for (let i = 0; i < D; i++) {
        let y = 0;
        for (let d = 0; d <= i; d++) {
          y += factors.values[(k * D + i) * D + d]! * (x.values[r * D + d]! - means.values[k * D + d]!);
        }
        sum -= 0.5 * y * y;
      }
      return sum;
    });
  }));

it('centred rows say whether a number is missing', () =>
  forCases(({ n, D }) => {
    const [x, origin] = [put(n * D), put(D)];
    expect(centreRows(kernels, x.pointer, origin.pointer, n, D)).toBe(false);
    expectNear(x.now(), n, D, (r, d) => x.values[r * D + d]! - origin.values[d]!, 0);
    doubles(kernels.memory, x.pointer, n * D)[n * D - 1] = Number.NaN;
    expect(centreRows(kernels, x.pointer, origin.pointer, n, D)).toBe(n > 0);
  }));

it('weighted sums, squares and products are added to what is there', () =>
  forCases(({ n, K, D }) => {
    const [x, weights] = [put(n * D), put(n * K, Math.random)];
    const [masses, sums, squares, products, moreMasses, more] = [
      put(K),
      put(K * D),
      put(K * D),
      put(K * D * D),
      put(K),
      put(K * D),
    ];
    const given = { x: x.pointer, weights: weights.pointer, n, K, D };
    weightedMoments(kernels, { ...given, masses: masses.pointer, sums: sums.pointer, squares: squares.pointer });
    weightedMoments(kernels, { ...given, masses: moreMasses.pointer, sums: more.pointer });
    weightedProducts(kernels, { ...given, products: products.pointer });
    const total = (k: number, f: (row: Float64Array) => number) =>
      Array.from({ length: n }, (_, r) => weights.values[r * K + k]! * f(x.values.subarray(r * D, (r + 1) * D))).reduce(
        (a, b) => a + b,
        0,
      );
    for (const { now, values } of [masses, moreMasses]) expectNear(now(), K, 1, (k) => values[k]! + total(k, () => 1));
    for (const { now, values } of [sums, more]) {
      expectNear(now(), K, D, (k, d) => values[k * D + d]! + total(k, (row) => row[d]!));
    }
    expectNear(squares.now(), K, D, (k, d) => squares.values[k * D + d]! + total(k, (row) => row[d]! ** 2));
    expectNear(
      products.now(),
      K * D,
      D,
      (kd, e) => products.values[kd * D + e]! + total(Math.floor(kd / D), (row) => row[kd % D]! * row[e]!),
    );
  }));

it('products are symmetric to the bit', () =>
  forCases(({ n, K, D }) => {
    const [x, weights, products] = [put(n * D), put(n * K, Math.random), put(K * D * D, () => 0)];
    weightedProducts(kernels, { x: x.pointer, weights: weights.pointer, products: products.pointer, n, K, D });
    const now = products.now();
    expectNear(now, K * D, D, (kd, e) => now[(Math.floor(kd / D) * D + e) * D + (kd % D)]!, 0);
  }));

it('weights are counted by symbol', () =>
  forCases(({ n, K, D: V }) => {
    const symbols = arena.allocate(4 * n);
    const drawn = Int32Array.from({ length: n }, () => Math.floor(Math.random() * V));
    integers(arena, symbols, n).set(drawn);
    const [weights, counts] = [put(n * K), put(V * K)];
    symbolCounts(kernels, { symbols, weights: weights.pointer, counts: counts.pointer, n, K });
    expectNear(counts.now(), V, K, (v, k) =>
      drawn.reduce(
        (sum, symbol, r) => sum + (symbol === v ? weights.values[r * K + k]! : 0),
        counts.values[v * K + k]!,
      ),
    );
  }));

function expectNear(
  actual: Float64Array,
  rows: number,
  columns: number,
  expected: (row: number, column: number) => number,
  error = 1e-12,
) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = expected(row, column);
      const difference = Math.abs(actual[row * columns + column]! - value);
      if (!(difference <= error * Math.max(1, Math.abs(value))))
        expect([row, column, actual[row * columns + column]]).toEqual([row, column, value]);
    }
  }
}

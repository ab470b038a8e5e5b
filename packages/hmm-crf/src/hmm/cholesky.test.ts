import { Rng } from '@seqloom/core/rng';
import { expect, it } from 'vitest';
import { cholesky, invertLower, logDeterminant, solveCholesky, solveLower } from './cholesky.js';

const n = 5;
const rng = new Rng(3);
const factor = Float64Array.from({ length: n * n }, (_, i) =>
  i % n > i / n ? 0 : i % (n + 1) === 0 ? 1 + rng.uniform() : rng.normal(),
);
const a = product(factor, transpose(factor));
const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
const lower = new Float64Array(n * n);

it('finds the factor again, also in place', () => {
  expect(cholesky(a, n, lower)).toBe(true);
  near(lower, factor);
  const copy = a.slice();
  cholesky(copy, n, copy);
  expect(copy).toEqual(lower);
  expect(logDeterminant(lower, n)).toBeCloseTo(
    2 * Math.log([0, 1, 2, 3, 4].reduce((p, i) => p * factor[i * n + i]!, 1)),
    12,
  );
});

it('solves and inverts', () => {
  const x = Float64Array.from({ length: n }, () => rng.normal());
  const solved = x.slice();
  solveCholesky(lower, n, solved);
  near(product(a, solved), x);
  const half = x.slice();
  solveLower(lower, n, half);
  near(product(lower, half), x);
  const inverse = new Float64Array(n * n);
  invertLower(lower, n, inverse);
  near(product(inverse, lower), identity);
});

it('refuses what is not positive definite', () => {
  for (const matrix of [
    [1, 2, 2, 1],
    [0, 0, 0, 1],
    [1, 1, 1, 1],
    [NaN, 0, 0, 1],
    [Infinity, 0, 0, 1],
  ])
    expect(cholesky(Float64Array.from(matrix), 2, new Float64Array(4)), `${matrix}`).toBe(false);
});

function product(x: Float64Array, y: Float64Array): Float64Array {
  const columns = y.length / n;
  return Float64Array.from({ length: n * columns }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += x[Math.floor(i / columns) * n + k]! * y[k * columns + (i % columns)]!;
    return sum;
  });
}

function transpose(x: Float64Array): Float64Array {
  return Float64Array.from(x, (_, i) => x[(i % n) * n + Math.floor(i / n)]!);
}

function near(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 10);
}

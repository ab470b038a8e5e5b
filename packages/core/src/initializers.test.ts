import { describe, expect, it } from 'vitest';
import { OptionError } from './errors.js';
import {
  constant,
  glorotUniform,
  heUniform,
  type Initializer,
  normal,
  ones,
  orthogonal,
  uniform,
  zeros,
} from './initializers.js';
import { Rng } from './rng.js';

/** Values are rounded to float32. */
const tolerance = 1e-6;

const variance = (xs: Float32Array): number => xs.reduce((sum, x) => sum + x * x, 0) / xs.length;

describe('initialisers', () => {
  it.each<[string, Initializer, number]>([
    ['zeros', zeros, 0],
    ['ones', ones, 1],
    ['constant', constant(0.25), 0.25],
  ])('%s', (_, initialize, value) => {
    expect([...initialize([2, 3], new Rng(0))]).toEqual(new Array(6).fill(value));
    expect(initialize([], new Rng(0))).toHaveLength(1);
  });

  it.each<[string, Initializer, readonly number[], number]>([
    ['uniform', uniform(0.3), [100, 200], 0.3 ** 2 / 3],
    ['normal', normal(0.3), [100, 200], 0.3 ** 2],
    ['glorotUniform', glorotUniform, [100, 200], 2 / 300],
    ['glorotUniform of a convolution', glorotUniform, [5, 40, 100], 2 / (5 * 140)],
    ['glorotUniform of a vector', glorotUniform, [20_000], 2 / 40_000],
    ['heUniform', heUniform, [100, 200], 2 / 100],
  ])('%s has its variance', (_, initialize, shape, expected) => {
    const values = initialize(shape, new Rng(1));
    expect(variance(values) / expected).toBeCloseTo(1, 1);
    expect(initialize(shape, new Rng(1))).toEqual(values);
    expect(initialize(shape, new Rng(2))).not.toEqual(values);
  });
});

describe('orthogonal', () => {
  /** The largest deviation of rows·rowsᵀ from I. */
  const deviation = (rows: number[][]): number =>
    Math.max(
      ...rows.flatMap((a, i) =>
        rows.map((b, j) => Math.abs(a.reduce((sum, x, k) => sum + x * b[k]!, 0) - (i === j ? 1 : 0))),
      ),
    );
  const matrix = (rows: number, columns: number, from = 0, to = columns): number[][] => {
    const values = orthogonal([rows, columns], new Rng(3));
    return Array.from({ length: rows }, (_, r) => [...values.subarray(r * columns + from, r * columns + to)]);
  };
  const transposed = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

  it.each([
    [1, 1],
    [7, 7],
    [40, 40],
    [9, 4],
  ])('[%i,%i] has QᵀQ = I', (rows, columns) => {
    expect(deviation(transposed(matrix(rows, columns)))).toBeLessThan(tolerance);
  });

  it('[4,9] has QQᵀ = I', () => expect(deviation(matrix(4, 9))).toBeLessThan(tolerance));

  it('[6,24] is four orthogonal blocks, all different', () => {
    const blocks = [0, 6, 12, 18].map((from) => matrix(6, 24, from, from + 6));
    for (const block of blocks) expect(deviation(transposed(block))).toBeLessThan(tolerance);
    expect(new Set(blocks.map(String)).size).toBe(4);
  });

  it('is uniformly distributed: each entry of a 2×2 has mean 0 and variance 1/2', () => {
    const rng = new Rng(4);
    const draws = Array.from({ length: 4000 }, () => orthogonal([2, 2], rng));
    for (const entry of [0, 1, 2, 3]) {
      const values = Float32Array.from(draws, (draw) => draw[entry]!);
      expect(Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length)).toBeLessThan(0.06);
      expect(variance(values)).toBeCloseTo(0.5, 1);
    }
  });

  it('needs a matrix', () => expect(() => orthogonal([2, 2, 2], new Rng(0))).toThrow(OptionError));
});

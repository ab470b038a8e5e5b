import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena, floats, loadKernels, type MatrixProduct, matrixProduct, supportsSimd } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Sums of k products in float32, in another order than the reference's: values are in [-1, 1]. */
const tolerance = (k: number) => 1e-6 * (1 + k);

it('runs where SIMD is supported', () => {
  expect(supportsSimd()).toBe(true);
});

/** Random matrices in fresh memory, and the product in float64 to compare with. */
function example(shape: { m: number; n: number; k: number; batch: number; pad: number }, flags: boolean[]) {
  const { m, n, k, batch, pad } = shape;
  const [transposeA, transposeB, accumulate, shareA, shareB] = flags as [boolean, boolean, boolean, boolean, boolean];
  const place = (rows: number, columns: number, transposed: boolean, count: number) => {
    const stride = (transposed ? rows : columns) + pad;
    const step = stride * (transposed ? columns : rows);
    const pointer = arena.allocate(4 * step * count);
    const values = floats(arena, pointer, step * count).map(() => Math.random() * 2 - 1);
    floats(arena, pointer, step * count).set(values);
    const at = (i: number, row: number, column: number) =>
      i * step + (transposed ? column * stride + row : row * stride + column);
    return { operand: { pointer, stride, step, transposed }, values, at };
  };
  const a = place(m, k, transposeA, shareA ? 1 : batch);
  const b = place(k, n, transposeB, shareB ? 1 : batch);
  const c = place(m, n, false, batch);
  if (shareA) a.operand.step = 0;
  if (shareB) b.operand.step = 0;
  const expected = c.values.slice();
  for (let i = 0; i < batch; i++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = accumulate ? c.values[c.at(i, row, column)]! : 0;
        for (let p = 0; p < k; p++) {
          sum += a.values[a.at(shareA ? 0 : i, row, p)]! * b.values[b.at(shareB ? 0 : i, p, column)]!;
        }
        expected[c.at(i, row, column)] = sum;
      }
    }
  }
  const product: MatrixProduct = { a: a.operand, b: b.operand, c: c.operand, m, n, k, batch, accumulate };
  return { product, expected, result: () => floats(arena, c.operand.pointer, expected.length) };
}

describe('matrixProduct = the three loops of the definition', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(1, 31, 32, 33));
  const shape = fc.record({
    m: size,
    n: size,
    k: size,
    batch: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom(0, 3),
  });
  const flags = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });

  const check = (...[sizes, options]: Parameters<typeof example>) => {
    const start = arena.allocate(0);
    const { product, expected, result } = example(sizes, options);
    const used = arena.used;
    matrixProduct(kernels, product);
    expect(arena.used).toBe(used);
    const worst = result().reduce((error, value, i) => Math.max(error, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThan(tolerance(sizes.k));
    arena.free(start);
  };

  it('for small sizes, zero and one included, and touches nothing outside of c', () => {
    fc.assert(fc.property(shape, flags, check), { numRuns: 500 });
  });

  it('for sizes beyond one cache block', () => {
    for (const transposeA of [false, true]) {
      check({ m: 133, n: 41, k: 801, batch: 1, pad: 0 }, [transposeA, !transposeA, false, false, false]);
    }
  });
});

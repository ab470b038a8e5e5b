import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, additiveScore, additiveScoreGradient, floats, loadKernels } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** The kernel's tanh is good to 2e-7, and sums of U ≤ 20 terms of order 1 add their rounding. */
const tolerance = 5e-6;

function place(length: number, spread = 2): { pointer: number; values: Float32Array } {
  const pointer = arena.allocate(4 * length);
  const values = floats(arena, pointer, length).map(() => spread * (2 * Math.random() - 1));
  floats(arena, pointer, length).set(values);
  return { pointer, values };
}

/** Small and large numbers, for both ways to make a tanh. */
const spread = fc.constantFrom(2, 2, 30);
const sizes = fc.record({ spread, B: fc.nat(3), Q: fc.nat(4), K: fc.nat(5), U: fc.integer({ min: 1, max: 20 }) });

it('additiveScore and its gradient = the definition in float64', () => {
  fc.assert(
    fc.property(sizes, ({ spread, B, Q, K, U }) => {
      const start = arena.allocate(0);
      const [query, keys] = [B * Q * U, B * K * U].map((length) => place(length, spread)) as Placed[];
      const [energy, dEnergies] = [U, B * Q * K].map((length) => place(length)) as Placed[];
      const [energies, dQuery, dKeys, dEnergy] = [B * Q * K, B * Q * U, B * K * U, U].map((length) =>
        place(length),
      ) as Placed[];
      const expected = [B * Q * K, B * Q * U, B * K * U, U].map((length) => new Float64Array(length));
      for (let b = 0; b < B; b++) {
        for (let q = 0; q < Q; q++) {
          for (let k = 0; k < K; k++) {
            for (let u = 0; u < U; u++) {
              const [atQ, atK, at] = [(b * Q + q) * U + u, (b * K + k) * U + u, (b * Q + q) * K + k];
              const hidden = Math.tanh(query!.values[atQ]! + keys!.values[atK]!);
              const slope = dEnergies!.values[at]! * energy!.values[u]! * (1 - hidden * hidden);
              expected[0]![at]! += hidden * energy!.values[u]!;
              expected[1]![atQ]! += slope;
              expected[2]![atK]! += slope;
              expected[3]![u]! += dEnergies!.values[at]! * hidden;
            }
          }
        }
      }
      const inputs = { query: query!.pointer, keys: keys!.pointer, energy: energy!.pointer, B, Q, K, U };
      additiveScore(kernels, inputs, energies!.pointer);
      const gradients = { dQuery: dQuery!.pointer, dKeys: dKeys!.pointer, dEnergy: dEnergy!.pointer };
      additiveScoreGradient(kernels, inputs, { dEnergies: dEnergies!.pointer, ...gradients });
      for (const [i, { pointer }] of [energies!, dQuery!, dKeys!, dEnergy!].entries()) {
        const actual = floats(arena, pointer, expected[i]!.length);
        const worst = actual.reduce((error, x, j) => Math.max(error, Math.abs(x - expected[i]![j]!)), 0);
        expect(worst).toBeLessThan(tolerance * Math.max(1, B * Q * K));
      }
      arena.free(start);
    }),
    { numRuns: 300 },
  );
});

type Placed = ReturnType<typeof place>;

it('tanh saturates instead of overflowing, and NaN stays NaN', () => {
  const start = arena.allocate(0);
  const [query, keys, energy, energies] = [5, 1, 1, 5].map((length) => place(length)) as Placed[];
  floats(arena, query!.pointer, 5).set([1e30, -1e30, Infinity, -Infinity, Number.NaN]);
  floats(arena, keys!.pointer, 1)[0] = 0;
  floats(arena, energy!.pointer, 1)[0] = 1;
  additiveScore(
    kernels,
    { query: query!.pointer, keys: keys!.pointer, energy: energy!.pointer, B: 1, Q: 5, K: 1, U: 1 },
    energies!.pointer,
  );
  expect([...floats(arena, energies!.pointer, 5)]).toEqual([1, -1, 1, -1, Number.NaN]);
  arena.free(start);
});

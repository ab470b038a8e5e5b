/** Chunked attention = its definition in float64, for every pattern and odd sizes; the same bits with any number of threads. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  Arena,
  type ChunkedAttention,
  chunkedAttention,
  chunkedAttentionGradient,
  floats,
  loadKernels,
  sharedMemory,
  startThreads,
  stopThreads,
} from './index.js';

const kernels = await loadKernels(new Arena(sharedMemory()));
const arena = kernels.memory as Arena;
afterAll(() => stopThreads(kernels));

type Setting = Omit<ChunkedAttention, 'query' | 'keys' | 'values' | 'mask' | 'pattern'> & {
  dense: 'no' | 'own' | 'shared';
};

interface Trial {
  attention: ChunkedAttention;
  outputs: { context: number; shifts: number };
  gradients: { dContext: number; dQuery: number; dKeys: number; dValues: number };
}

/** Random numbers, and NaN in masked keys and values; outputs start as NaN. */
function place(setting: Setting): Trial {
  const { B, Q, K, D, V, dense } = setting;
  const numbers = (length: number) => fill(length, () => 2 * Math.random() - 1);
  const blank = (length: number) => fill(length, () => Number.NaN);
  const bits = (length: number) => {
    const pointer = arena.allocate(length);
    bytes(pointer, length).set(Array.from({ length }, () => Number(Math.random() < 0.7)));
    return pointer;
  };
  const [query, keys, values, mask] = [numbers(B * Q * D), numbers(B * K * D), numbers(B * K * V), bits(B * K)];
  for (let row = 0; row < B * K; row++) {
    if (bytes(mask, B * K)[row]) continue;
    floats(arena, keys + 4 * row * D, D).fill(Number.NaN);
    floats(arena, values + 4 * row * V, V).fill(Number.NaN);
  }
  const pattern =
    dense === 'no' ? {} : { pattern: { pointer: bits((dense === 'own' ? B : 1) * Q * K), shared: dense === 'shared' } };
  return {
    attention: { ...setting, query, keys, values, mask, ...pattern },
    outputs: { context: blank(B * Q * V), shifts: blank(2 * B * Q) },
    gradients: {
      ...{ dContext: numbers(B * Q * V), dQuery: blank(B * Q * D) },
      ...{ dKeys: blank(B * K * D), dValues: blank(B * K * V) },
    },
  };
}

function fill(length: number, value: () => number): number {
  const pointer = arena.allocate(4 * length);
  floats(arena, pointer, length).set(Array.from({ length }, value));
  return pointer;
}

const bytes = (pointer: number, length: number) => new Uint8Array(arena.memory.buffer, pointer, length);

function run({ attention, outputs, gradients }: Trial): void {
  chunkedAttention(kernels, attention, outputs);
  chunkedAttentionGradient(kernels, attention, { ...outputs, ...gradients });
}

function sees({ attention: a }: Trial, b: number, q: number, k: number): boolean {
  const distance = a.K - a.Q + q - k;
  const dense = a.pattern && bytes(a.pattern.pointer + (a.pattern.shared ? 0 : b * a.Q * a.K) + q * a.K + k, 1)[0];
  if (a.causal && distance < 0) return false;
  return bytes(a.mask, a.B * a.K)[b * a.K + k] === 1 && !(Math.abs(distance) >= (a.window ?? Infinity)) && dense !== 0;
}

/** The definition: context, dQuery, dKeys, dValues. */
function defined(trial: Trial): Float64Array[] {
  const { attention: a, gradients } = trial;
  const { B, Q, K, D, V } = a;
  const read = (pointer: number, row: number, width: number) => floats(arena, pointer + 4 * row * width, width);
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, each, i) => sum + each * y[i]!, 0);
  const made = [B * Q * V, B * Q * D, B * K * D, B * K * V].map((length) => new Float64Array(length));
  const add = (x: Float64Array, row: number, factor: number, y: Float32Array) => {
    for (const [i, each] of y.entries()) x[row * y.length + i]! += factor * each;
  };
  const [context, dQuery, dKeys, dValues] = made as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let b = 0; b < B; b++) {
    for (let q = b * Q; q < (b + 1) * Q; q++) {
      const seen = Array.from({ length: K }, (_, k) => k).filter((k) => sees(trial, b, q - b * Q, k));
      const rows = seen.map((k) => b * K + k);
      const energies = rows.map((k) => a.scale * dot(read(a.query, q, D), read(a.keys, k, D)));
      const powers = energies.map((energy) => Math.exp(energy - Math.max(...energies)));
      const weights = powers.map((power) => power / powers.reduce((x, y) => x + y, 0));
      const slopes = rows.map((k) => dot(read(gradients.dContext, q, V), read(a.values, k, V)));
      const mean = weights.reduce((sum, weight, i) => sum + weight * slopes[i]!, 0);
      for (const [i, k] of rows.entries()) {
        const slope = a.scale * weights[i]! * (slopes[i]! - mean);
        add(context, q, weights[i]!, read(a.values, k, V));
        add(dValues, k, weights[i]!, read(gradients.dContext, q, V));
        add(dQuery, q, slope, read(a.keys, k, D));
        add(dKeys, k, slope, read(a.query, q, D));
      }
    }
  }
  return made;
}

function expectDefined(setting: Setting): void {
  const start = arena.allocate(0);
  const trial = place(setting);
  run(trial);
  const { outputs, gradients } = trial;
  const places = [outputs.context, gradients.dQuery, gradients.dKeys, gradients.dValues];
  for (const [i, expected] of defined(trial).entries()) {
    const actual = floats(arena, places[i]!, expected.length);
    const off = actual.findIndex((x, j) => !(Math.abs(x - expected[j]!) < 2e-5 * Math.max(1, Math.abs(expected[j]!))));
    expect(off < 0 ? 'equal' : `output ${i}[${off}] is ${actual[off]}, not ${expected[off]}`).toBe('equal');
  }
  arena.free(start);
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    ...{ B: fc.integer({ min: 1, max: 2 }), Q: fc.integer({ min: 1, max: 140 }), more: fc.nat(140) },
    ...{ D: fc.integer({ min: 1, max: 19 }), V: fc.integer({ min: 1, max: 19 }), scale: fc.constantFrom(1, 0.3, 5) },
    ...{ causal: fc.boolean(), window: fc.constantFrom(undefined, 1, 2, 9, 64, 65, 1000) },
    dense: fc.constantFrom('no' as const, 'no' as const, 'own' as const, 'shared' as const),
  })
  .map(({ more, window, ...rest }) => ({ ...rest, K: rest.Q + more, ...(window ? { window } : {}) }));

it('= the definition in float64, with holes in the keys and NaN in the holes', () => {
  fc.assert(fc.property(settings, expectDefined), { numRuns: 60 });
});

it.each([
  { B: 2, Q: 130, K: 7, D: 8, V: 16, scale: 1, dense: 'no' },
  { B: 1, Q: 1, K: 1, D: 1, V: 1, scale: 1, dense: 'no' },
  { B: 1, Q: 64, K: 64, D: 64, V: 64, scale: 0.125, causal: true, dense: 'no' },
  { B: 1, Q: 128, K: 192, D: 32, V: 8, scale: 0.2, window: 40, dense: 'no' },
  { B: 2, Q: 330, K: 330, D: 4, V: 4, scale: 1, causal: true, dense: 'own' },
] as const)('= the definition for Q $Q and K $K', expectDefined);

it('chooses between energies of ±1e4, and −∞ weighs nothing', () => {
  const start = arena.allocate(0);
  const trial = place({ B: 1, Q: 4, K: 5, D: 1, V: 1, scale: 1, dense: 'no' });
  const { attention, outputs, gradients } = trial;
  bytes(attention.mask, 5).fill(1);
  floats(arena, attention.query, 4).set([1e4, -1e4, -2e38, 0]);
  floats(arena, attention.keys, 5).set([1, -1, 1, 0.5, 2]); // −2e38·2 overflows
  floats(arena, attention.values, 5).set([1, 2, 3, 4, 5]);
  run(trial);
  expect([...floats(arena, outputs.context, 4)]).toEqual([5, 2, 2, 3]);
  for (const pointer of [gradients.dQuery, gradients.dKeys]) {
    expect(floats(arena, pointer, 4).every(Number.isFinite)).toBe(true);
  }
  arena.free(start);
});

describe('gives the same bits with 1, 2 and 3 threads', () => {
  it.each([
    [1, 150, 170],
    [1, 600, 610],
    [2, 300, 300],
    [3, 260, 300],
    [9, 70, 170],
  ])('for a batch of %i with %i queries and %i keys', async (B, Q, K) => {
    const start = arena.allocate(0);
    const trial = place({ B, Q, K, D: 24, V: 40, scale: 0.2, causal: true, dense: 'no' });
    const words = () => new Int32Array(arena.memory.buffer, 0, arena.used / 4).slice();
    let expected: Int32Array | undefined;
    for (const count of [1, 2, 3]) {
      expect(await startThreads(kernels, { count })).toBe(true);
      run(trial);
      const made = words();
      expected ??= made;
      expect(made.findIndex((word, i) => word !== expected![i])).toBe(-1);
    }
    arena.free(start);
  });
});

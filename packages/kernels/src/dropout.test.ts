import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, dropout, floats, loadKernels } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** mulberry32, one number at a time. https://github.com/cprosche/mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('dropout keeps what the draws of mulberry32 keep, whatever the length, and nothing of what is not a number', () => {
  const sizes = { n: fc.integer({ min: 0, max: 70 }), seed: fc.integer(), keep: fc.double({ min: 0.05, max: 0.95 }) };
  fc.assert(
    fc.property(fc.record(sizes), ({ n, seed, keep }) => {
      const start = arena.allocate(0);
      const [x, out] = [arena.allocate(4 * n), arena.allocate(4 * n + 4)];
      const draw = mulberry32(seed);
      const kept = Array.from({ length: n }, () => draw() < keep);
      const values = kept.map((stays, i) => (stays ? i - 20 : Number.NaN));
      floats(arena, x, n).set(values);
      floats(arena, out, n + 1).fill(7);
      dropout(kernels, { x, out, n, seed, keep });
      const expected = kept.map((stays, i) => (stays ? Math.fround(Math.fround(1 / keep) * (i - 20)) : 0));
      expect([...floats(arena, out, n + 1)].map((each) => each + 0)).toEqual([...expected, 7].map((each) => each + 0));
      arena.free(start);
    }),
  );
});

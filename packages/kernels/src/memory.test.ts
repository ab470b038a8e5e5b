import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena, floats, scope } from './memory.js';

describe('Arena', () => {
  it('hands out aligned ranges that do not overlap and keep their contents when the memory grows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { maxLength: 20 }), (lengths) => {
        const arena = new Arena(new WebAssembly.Memory({ initial: 1 }));
        const pointers = lengths.map((length, i) => {
          const pointer = arena.allocate(length * 4);
          floats(arena, pointer, length).fill(i);
          return pointer;
        });
        pointers.forEach((pointer, i) => {
          expect(pointer % 16).toBe(0);
          expect(floats(arena, pointer, lengths[i]!).every((value) => value === i)).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('frees in stack order, and a scope frees what it allocated, also when it fails', () => {
    const arena = new Arena();
    const first = arena.allocate(100);
    const failing = () =>
      scope(arena, (allocate) => {
        allocate(10);
        allocate(1000);
        throw new Error('stop');
      });
    expect(failing).toThrow('stop');
    expect(arena.used).toBe(112);
    arena.free(first);
    expect(arena.used).toBe(0);
  });
});

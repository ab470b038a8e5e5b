import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { dims } from './dims.js';
import { ShapeError } from './errors.js';

const of = (...shape: number[]) => ({ shape });
const problem = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('dims', () => {
  it('binds names, with types from the spec', () => {
    const sizes = dims('f', { x: [of(2, 3), 'B D'], y: [of(2, 5, 7, 9), 'B T 7 _'], z: [of(), ''] });
    expect(sizes).toEqual({ B: 2, D: 3, T: 5 });
    expectTypeOf(sizes).toEqualTypeOf<Record<'B' | 'D' | 'T', number>>();
  });

  it('names the argument, what was expected, what came and who set the size', () => {
    const call = () => dims('AdditiveScore.score', { query: [of(2, 4, 32), 'B Q D'], keys: [of(2, 7, 16), 'B K D'] });
    expect(problem(call)).toBe(
      'AdditiveScore.score: `keys` must have shape [B=2, K=7, D=32], got [2,7,16]\n  hint: D=32 was set by `query`',
    );
  });

  it.each([
    [{ x: [of(2), 'B D'] }, '`x` must have shape [B, D], got [2]'],
    [{ x: [of(2, 3), '2 4'] }, '`x` must have shape [2, 4], got [2,3]'],
    [{ x: [of(2, 3), 'N N'] }, '`x` must have shape [N=2, N=2], got [2,3]'],
    [{ x: [undefined as never, 'B'] }, '`x` must be a tensor, got undefined'],
    [{ x: [null as never, 'B'] }, '`x` must be a tensor, got null'],
    [{ x: [[1, 2] as never, 'B'] }, '`x` must be a tensor, got object'],
  ] as const)('%j', (entries, message) => {
    expect(problem(() => dims('f', entries))).toBe(`f: ${message}`);
  });

  it('accepts exactly the shapes whose equal names have equal sizes', () => {
    const letter = fc.constantFrom('A', 'B', 'C');
    const axis = fc.tuple(letter, fc.integer({ min: 0, max: 2 }));
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), (axes) => {
        const spec = axes.map(([name]) => name).join(' ');
        const consistent = axes.every(([name, size]) => axes.find(([other]) => other === name)?.[1] === size);
        const call = () => dims('f', { x: [of(...axes.map(([, size]) => size)), spec] });
        if (consistent) expect(call()).toEqual(Object.fromEntries(axes));
        else expect(call).toThrow(ShapeError);
      }),
    );
  });
});

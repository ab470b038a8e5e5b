import { describe, expect, it } from 'vitest';
import { OptionError } from './errors.js';
import { Rng } from './rng.js';

const draw = <T>(count: number, f: () => T): T[] => Array.from({ length: count }, f);
const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const correlation = (xs: number[], ys: number[]): number => {
  const [mx, my] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, i) => (x - mx) * (ys[i]! - my)));
  return covariance / Math.sqrt(mean(xs.map((x) => (x - mx) ** 2)) * mean(ys.map((y) => (y - my) ** 2)));
};

/** Five standard errors of a mean of n draws with deviation 1: the seeds are fixed, so these do not flicker. */
const n = 100_000;
const bound = 5 / Math.sqrt(n);

describe('Rng', () => {
  it('gives the same numbers for the same seed on every platform', () => {
    const rng = new Rng(42);
    expect(draw(3, () => rng.int32())).toEqual([32569751, -545426776, 1952095876]);
  });

  it('uniform numbers are in [0, 1), with the mean, variance and histogram of that', () => {
    const rng = new Rng(1);
    const xs = draw(n, () => rng.uniform());
    expect(xs.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(Math.abs(mean(xs) - 1 / 2)).toBeLessThan(bound);
    expect(Math.abs(mean(xs.map((x) => x * x)) - 1 / 3)).toBeLessThan(bound);
    expect(Math.abs(correlation(xs.slice(1), xs.slice(0, -1)))).toBeLessThan(bound);
    const bins = new Array<number>(100).fill(0);
    for (const x of xs) bins[Math.floor(x * 100)]! += 1;
    const chiSquare = bins.reduce((sum, seen) => sum + (seen - n / 100) ** 2 / (n / 100), 0);
    expect(chiSquare).toBeLessThan(99 + 5 * Math.sqrt(2 * 99));
  });

  it('normal numbers have the moments of the normal distribution', () => {
    const rng = new Rng(2);
    const xs = draw(n, () => rng.normal());
    const moments = [1, 2, 3, 4].map((power) => mean(xs.map((x) => x ** power)));
    for (const [i, [expected, deviation]] of [
      [0, 1],
      [1, Math.sqrt(2)],
      [0, Math.sqrt(15)],
      [3, Math.sqrt(96)],
    ].entries()) {
      expect(Math.abs(moments[i]! - expected!)).toBeLessThan(bound * deviation!);
    }
  });

  it('below gives every whole number below its limit equally often', () => {
    const rng = new Rng(3);
    const counts = new Array<number>(7).fill(0);
    for (const x of draw(n, () => rng.below(7))) counts[x]! += 1;
    for (const count of counts) expect(Math.abs(count / n - 1 / 7)).toBeLessThan(bound);
  });

  it('shuffled is a permutation, each equally often, of a list that stays', () => {
    const rng = new Rng(4);
    const items = ['a', 'b', 'c'];
    const seen = new Map<string, number>();
    for (const order of draw(n, () => rng.shuffled(items).join(''))) seen.set(order, (seen.get(order) ?? 0) + 1);
    expect([...seen.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of seen.values()) expect(Math.abs(count / n - 1 / 6)).toBeLessThan(bound);
    expect(items).toEqual(['a', 'b', 'c']);
  });

  it('close seeds, and a stream and its child, are unrelated', () => {
    const parent = new Rng(5);
    const pairs: [Rng, Rng][] = [
      [new Rng(0), new Rng(1)],
      [new Rng(7), new Rng(-7)],
      [parent.split(), parent],
    ];
    for (const [a, b] of pairs) {
      expect(
        Math.abs(
          correlation(
            draw(n, () => a.uniform()),
            draw(n, () => b.uniform()),
          ),
        ),
      ).toBeLessThan(bound);
    }
  });

  it('split takes one draw, and the child does not depend on what the parent does next', () => {
    const [a, b] = [new Rng(6), new Rng(6)];
    const [childA, childB] = [a.split(), b.split()];
    draw(10, () => a.int32());
    expect(draw(5, () => childA.int32())).toEqual(draw(5, () => childB.int32()));
    const c = new Rng(6);
    c.int32();
    expect(c.state).toEqual(b.state);
  });

  it('goes on from a restored state, through JSON', () => {
    const rng = new Rng(8);
    rng.normal();
    const state = JSON.parse(JSON.stringify(rng.state));
    const expected = draw(20, () => rng.normal());
    const other = new Rng(0);
    other.state = state;
    expect(draw(20, () => other.normal())).toEqual(expected);
  });

  it.each([1.5, Number.NaN, '3' as never, undefined as never])('rejects the seed %s', (seed) => {
    expect(() => new Rng(seed)).toThrow(OptionError);
  });
});

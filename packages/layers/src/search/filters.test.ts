/** Filters: what they leave is what their definitions say, found by trying all sets. */
import { OptionError, Rng } from '@seqloom/core';
import { describe, expect, it } from 'vitest';
import { minP, type Rule, temperature, topK, topP, typical } from '../index.js';

const V = 7;
const written = { ids: [], row: 0, end: undefined, maxLength: 9 };

function scores(seed: number): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length: V }, () => rng.normal());
}

const normalized = (given: Float32Array) => {
  const total = given.reduce((sum, x) => sum + Math.exp(x), 0);
  return Array.from(given, (x) => Math.exp(x) / total);
};

const left = (rule: Rule, given: Float32Array) => {
  const after = given.slice();
  rule(after, written);
  for (const [id, score] of after.entries()) expect([given[id], -Infinity]).toContain(score);
  return [...after.keys()].filter((id) => after[id]! > -Infinity);
};

/** Of all sets with at least the mass, the one with the fewest members and then the least cost. */
function smallest(p: readonly number[], mass: number, cost: (id: number) => number): number[] {
  const sets = Array.from({ length: 2 ** V }, (_, bits) => [...p.keys()].filter((id) => bits & (1 << id)));
  const enough = sets.filter((set) => set.length > 0 && set.reduce((sum, id) => sum + p[id]!, 0) >= mass - 1e-6);
  const total = (set: number[]) => set.reduce((sum, id) => sum + cost(id), 0);
  return enough.sort((a, b) => a.length - b.length || total(a) - total(b))[0]!;
}

it.each([1, 2, 3, 4, 5])('draw %i', (seed) => {
  const given = scores(seed);
  const p = normalized(given);
  const entropy = -p.reduce((sum, x) => sum + x * Math.log(x), 0);
  for (const mass of [0.2, 0.5, 0.9, 1]) {
    expect(left(topP(mass), given)).toEqual(smallest(p, mass, (id) => -p[id]!));
    const kept = left(typical(mass), given);
    const surprise = (id: number) => Math.abs(-Math.log(p[id]!) - entropy);
    const farthest = Math.max(...kept.map(surprise));
    const closer = [...p.keys()].filter((id) => surprise(id) < farthest - 1e-6);
    expect(kept).toEqual(expect.arrayContaining(closer));
    expect(kept.reduce((sum, id) => sum + p[id]!, 0)).toBeGreaterThanOrEqual(mass - 1e-5);
    expect(closer.reduce((sum, id) => sum + p[id]!, 0)).toBeLessThan(mass); // one fewer would not do
    const best = Math.max(...p);
    expect(left(minP(mass), given)).toEqual([...p.keys()].filter((id) => p[id]! >= mass * best * (1 - 1e-6)));
  }
  for (const k of [1, 3, 9])
    expect(left(topK(k), given)).toEqual([...p.keys()].filter((id) => p.filter((x) => x > p[id]!).length < k));
});

it('temperature divides, and filters combine: what is out stays out', () => {
  const given = scores(6);
  const cooled = given.slice();
  temperature(0.5)(cooled, written);
  expect([...cooled]).toEqual(Array.from(given, (x) => x * 2));
  const rules = [topK(4), temperature(2), topP(0.8), minP(0.1), typical(0.9)];
  const after = given.slice();
  let open = V;
  for (const rule of rules) {
    rule(after, written);
    const now = after.filter((x) => x > -Infinity).length;
    expect(now).toBeLessThanOrEqual(open);
    expect(now).toBeGreaterThan(0);
    open = now;
  }
});

describe('bad input is named', () => {
  it.each<[() => Rule]>([
    [() => temperature(0)],
    [() => topK(0)],
    [() => topP(0)],
    [() => topP(1.1)],
    [() => minP(-0.1)],
    [() => typical(Number.NaN)],
  ])('%s', (make) => expect(make).toThrow(OptionError));
});

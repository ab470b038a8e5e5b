import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { CategoricalDuration } from './categorical.js';
import type { Duration } from './duration.js';
import { NegativeBinomialDuration } from './negative-binomial.js';
import { PoissonDuration } from './poisson.js';
import { readDuration } from './read-duration.js';

const [K, D] = [3, 12];
const families: [name: string, make: () => Duration][] = [
  ['categorical', () => new CategoricalDuration({ stateCount: K, maximum: D })],
  ['poisson', () => new PoissonDuration({ stateCount: K, maximum: D, rates: [0.5, 3, 20] })],
  ['negative-binomial', () => new NegativeBinomialDuration({ stateCount: K, maximum: D, sizes: [0.5, 1, 8] })],
];

const tableOf = (durations: Duration) => {
  const table = new Float64Array(K * D);
  durations.logProbability(table);
  return table;
};
const value = (durations: Duration, counts: Float64Array) =>
  tableOf(durations).reduce((sum, p, i) => (counts[i]! > 0 ? sum + counts[i]! * p : sum), 0);
const randomCounts = (seed: number) => {
  const rng = new Rng(seed);
  return Float64Array.from({ length: K * D }, () => (rng.uniform() < 0.3 ? 0 : 10 * rng.uniform() ** 4));
};

describe.each(families)('%s', (_, make) => {
  it('is a distribution over 1 … D in every state', () => {
    const table = tableOf(make());
    for (let k = 0; k < K; k++) {
      expect(table.subarray(k * D, (k + 1) * D).reduce((sum, p) => sum + Math.exp(p), 0)).toBeCloseTo(1, 12);
    }
  });

  it.each([1, 2, 3, 4, 5])('its M-step reaches a maximum (seed %i)', (seed) => {
    const durations = make();
    const counts = randomCounts(seed);
    const before = value(durations, counts);
    durations.maximise(counts);
    const best = value(durations, counts);
    expect(best).toBeGreaterThanOrEqual(before);
    for (const [name, numbers] of Object.entries(durations)) {
      if (!(numbers instanceof Float64Array) || (name === 'probabilities' && durations.family === 'categorical'))
        continue;
      for (const factor of [0.999, 1.001]) {
        const moved = readDuration(
          JSON.parse(
            JSON.stringify({
              ...durations.toJSON(),
              [name]: [...numbers.map((v) => (v < 0.999 || v > 1 ? v * factor : v))],
            }),
          ),
        );
        expect(value(moved, counts)).toBeLessThanOrEqual(best + 1e-6);
      }
    }
    durations.maximise(counts);
    expect(value(durations, counts)).toBeCloseTo(best, 6);
  });

  it('learns the mean of what it saw; a state without counts keeps its own', () => {
    const durations = make();
    const counts = randomCounts(7).fill(0, D, 2 * D);
    const before = tableOf(durations);
    durations.maximise(counts);
    const after = tableOf(durations);
    expect(after.slice(D, 2 * D)).toEqual(before.slice(D, 2 * D));
    const row = counts.subarray(0, D);
    const mean = (p: Float64Array) => p.reduce((sum, x, n) => sum + x * (n + 1), 0) / p.reduce((a, b) => a + b, 0);
    expect(mean(after.subarray(0, D).map(Math.exp))).toBeCloseTo(mean(row), 5);
  });

  it('counts of one step only, or of D steps only, leave finite tables', () => {
    for (const place of [0, D - 1]) {
      const durations = make();
      const counts = new Float64Array(K * D);
      counts[place] = 5;
      durations.maximise(counts);
      expect(tableOf(durations)[place]).toBeGreaterThan(-0.05);
      expect(tableOf(durations).some(Number.isNaN)).toBe(false);
    }
  });

  it('comes back from JSON; what is missing or impossible there is an error', () => {
    const durations = make();
    durations.maximise(randomCounts(3));
    const json = JSON.parse(JSON.stringify(durations));
    expect(tableOf(readDuration(json))).toEqual(tableOf(durations));
    expect(readDuration(json).parameterCount).toBe(durations.parameterCount);
    for (const bad of [
      { ...json, family: 'weibull' },
      { ...json, rates: undefined, probabilities: undefined },
      { ...json, maximum: 1e15 },
      {},
    ]) {
      expect(() => readDuration(bad)).toThrowError(expect.objectContaining({ where: expect.any(String) }));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { OptionError } from '../errors.js';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  joinSchedules,
  type Schedule,
  stepDecay,
  warmup,
  warmupCosine,
} from './index.js';

const at = (schedule: Schedule, ...counts: number[]): number[] =>
  counts.map((count) => Number(schedule(count).toFixed(9)));

describe('schedules', () => {
  it('constant', () => expect(at(constantRate(0.1), 0, 5, 1e6)).toEqual([0.1, 0.1, 0.1]));

  it('steps fall at once, exponential decay smoothly, and they meet', () => {
    const options = { initial: 1, factor: 0.5, every: 10 };
    expect(at(stepDecay(options), 0, 9, 10, 19, 20)).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(at(exponentialDecay(options), 0, 10, 20, 30)).toEqual([1, 0.5, 0.25, 0.125]);
    expect(exponentialDecay(options)(5)).toBeCloseTo(Math.SQRT1_2);
  });

  it('a cosine goes down once and stays', () => {
    expect(at(cosineDecay({ initial: 2, steps: 10 }), 0, 5, 10, 11)).toEqual([2, 1, 0, 0]);
    expect(at(cosineDecay({ initial: 2, steps: 4, final: 1 }), 0, 2, 4, 9)).toEqual([2, 1.5, 1, 1]);
  });

  it('a warm-up rises to where the next begins, without a step of 0', () => {
    expect(at(warmup(4, constantRate(2)), 0, 1, 2, 3, 4)).toEqual([0.5, 1, 1.5, 2, 2]);
    const schedule = warmupCosine({ peak: 1, warmup: 2, steps: 12 });
    expect(at(schedule, 0, 1, 2, 7, 12, 20)).toEqual([0.5, 1, 1, 0.5, 0, 0]);
  });

  it('joined schedules count from their own start', () => {
    const ramp: Schedule = (count) => count;
    expect(at(joinSchedules([ramp, ramp, constantRate(7)], [3, 5]), 0, 2, 3, 4, 5, 9)).toEqual([0, 2, 0, 1, 7, 7]);
  });

  it.each([
    () => constantRate(-1),
    () => stepDecay({ initial: 1, factor: 0.5, every: 0 }),
    () => exponentialDecay({ initial: 1, factor: -0.5, every: 1 }),
    () => cosineDecay({ initial: 1, steps: 1.5 }),
    () => warmup(0, constantRate(1)),
    () => warmupCosine({ peak: 1, warmup: 10, steps: 10 }),
    () => joinSchedules([constantRate(1)], [3]),
    () => joinSchedules([constantRate(1), constantRate(1), constantRate(1)], [3, 3]),
    () => stepDecay({ initial: 1, factor: 0.5, each: 3 } as never),
  ])('%s', (make) => expect(make).toThrow(OptionError));
});

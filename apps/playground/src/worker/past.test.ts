import { expect, test } from 'vitest';
import { Past } from './past.js';

const weights = () => new Uint8Array(8);

function grown(steps: number): Past {
  const past = new Past();
  for (let step = 0; step <= steps; step++) if (past.wants(step)) past.keep(step, weights());
  return past;
}

test('law: however long training lasts, the moments are few, even, and begin at step 0', () => {
  for (const length of [5, 40, 1000, 12_345]) {
    const { steps } = grown(length);
    expect(steps.length).toBeLessThanOrEqual(32);
    expect(steps[0]).toBe(0);
    const gaps = new Set(steps.slice(1).map((step, i) => step - steps[i]!));
    expect(gaps.size).toBe(1);
    expect(steps.at(-1)! + [...gaps][0]!).toBeGreaterThan(length);
  }
});

test('big models are kept less often', () => {
  const past = new Past();
  for (let step = 0; step < 64; step++) if (past.wants(step)) past.keep(step, new Uint8Array(10e6));
  expect(past.steps.length).toBeLessThanOrEqual(6);
});

test('going back forgets what came later', () => {
  const past = grown(20);
  past.cut(7);
  expect(past.steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(past.at(9)).toBeUndefined();
  expect(past.at(7)).toBeDefined();
});

/** The page says what the trials were. */
import { expect, it } from 'vitest';
import { plot, report } from './report.js';
import type { Trial } from './trial.js';

const trial = (mechanism: string, seed: number, exact: number, stepsTo99: number | null): Trial => ({
  ...{ mechanism, task: 'reversal', seed, exact, stepsTo99, aligned: exact / 2 },
});
const trials = [
  trial('dot', 1, 0.5, null),
  trial('dot', 2, 0.7, 100),
  trial('additive', 1, 1, 50),
  trial('additive', 2, 1, 150),
];

const costs = ['dot', 'additive'].map((mechanism) => ({ mechanism, task: 'reversal', stepMs: 10, memoryMB: 2 }));

it('best first, means over seeds, the worst seed, and no number where a seed has none', () => {
  const page = report(trials, costs, { steps: 200, batch: 32 }, 'a machine', 'a command');
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.slice(1)).toEqual([
    '| additive | 100.0 | 100.0 | 100 | 50.0 | 10.0 | 2.0 |',
    '| dot | 60.0 | 50.0 | – | 30.0 | 10.0 | 2.0 |',
  ]);
  expect(page).toContain('200 steps of 32 pairs');
  expect(page).toContain('2 seeds');
});

it('the plot is an SVG with a mark for each mechanism', () => {
  const svg = plot(trials);
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg.match(/<circle/g)).toHaveLength(2);
});

/** The page says what was run, and nothing of what was not. */
import { expect, it } from 'vitest';
import { plot } from './plot.js';
import { report } from './report.js';
import type { Trial } from './trial.js';

const budget = { steps: 300, batch: 16, size: 32, learningRate: 3e-3 };
const trial = (network: string, length: number, score: number | null, solvedAfter: number | null): Trial => ({
  ...{ network, task: 'adding', length, budget, score, solvedAfter },
  ...{ flow: [0, 0.5, 2], largestGradient: 12.34, stepMs: 7.6 },
});
const trials = [
  trial('LSTM', 50, 0.15, null),
  trial('GRU', 50, 0.005, 200),
  trial('RNN', 50, null, null),
  trial('LRU', 200, 0.004, 100),
];

it('a table for each length, solved first, then the better, divergence last', () => {
  const page = report(trials, 'a machine');
  expect(page.split('\n').filter((line) => /^\| (?!network)/.test(line))).toEqual([
    '| GRU | 0.0050 | 200 | 0 | 12 | 8 |',
    '| LSTM | 0.1500 | not in 300 | 0 | 12 | 8 |',
    '| RNN | diverged | – | 0 | 12 | 8 |',
    '| LRU | 0.0040 | 100 | 0 | 12 | 8 |',
  ]);
  expect(page.match(/^#+ .*/gm)).toEqual([expect.any(String), '## Adding', '### T = 50', '### T = 200']);
  expect(page).toContain('a machine');
});

it('the plot shows the longest, with what is gone at the floor', () => {
  const svg = plot(trials);
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('adding, T = 200');
  expect(svg).not.toContain('NaN');
  expect(svg).not.toContain('T = 50');
});

/** The harness of docs/results.md: rows are told apart, results are kept until their config changes, and the page says all; quick runs where there are data. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@seqloom/core';
import { loadDataset } from '@seqloom/data/datasets';
import { localFolder } from '@seqloom/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Clock } from './clock.js';
import { Context } from './context.js';
import { report } from './report.js';
import { hashOf, keepResult, type Result, readResults, resultOf } from './result.js';
import { defineRow, reached } from './row.js';
import { rows } from './rows/index.js';

let folder: string;
beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'seqloom-results-'));
});
afterAll(() => rm(folder, { recursive: true }));

const row = (config: { size: number }) =>
  defineRow({
    ...{ name: 'made-up', data: 'Rolls', model: 'Dice', metric: '%', reach: { atLeast: 90 }, reference: '80', config },
    missed: 'Dice have no memory.',
    run: async (_, { size }) => ({ score: size }),
  });
const result = (score: number): Result => ({
  ...{ row: 'made-up', hash: hashOf(row({ size: 1 })), score, seconds: 200, cpuSeconds: 300, megabytes: 300 },
  ...{ date: '2026-11-23', machine: 'abacus', commit: 'abc1234', further: { sides: 6 } },
});

it('rows have names of their own, and bounds that say which way', () => {
  const names = rows.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([reached({ reach: { atMost: 2 } }, 2), reached({ reach: { atLeast: 2 } }, 1.9), reached({}, 0)]).toEqual([
    true,
    false,
    true,
  ]);
});

it('a result is kept until the config of its row changes, beside those of other rows', async () => {
  const file = join(folder, 'deeper', 'results.json');
  expect(await readResults(file)).toEqual([]);
  await keepResult(file, { ...result(1), row: 'another' });
  await keepResult(file, result(88));
  const kept = await keepResult(file, result(89));
  expect(kept.map(({ score }) => score)).toEqual([1, 89]);
  expect(resultOf(row({ size: 1 }), await readResults(file))?.score).toBe(89);
  expect(resultOf(row({ size: 2 }), await readResults(file))).toBeUndefined();
});

it('the page shows every row, and why a figure is missed', () => {
  const page = report([row({ size: 1 }), rows[0]!], [result(88.5)]);
  expect(page).toContain('| Rolls | [Dice](#made-up) | % | 88.5 (missed) | ≥ 90 | 3.3 min | 5.0 min | 300 MB | 80 |');
  expect(page).toContain('88.5, 1.50 from 90. Dice have no memory.');
  expect(page).toContain('- sides: 6');
  expect(page).toContain('not run');
  expect(report([row({ size: 1 })], [result(90)])).not.toContain('missed');
});

it('time goes on where a stopped process saved it', async () => {
  const first = await Clock.start(join(folder, 'clock'));
  await new Promise((done) => setTimeout(done, 20));
  await first.save();
  const saved = first.spent.seconds;
  expect((await Clock.start(join(folder, 'clock'))).spent.seconds).toBeGreaterThan(saved - 0.01);
});

const data = process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const present = existsSync(data);

describe(present ? 'rows on a few examples' : 'rows on a few examples (left out: no SEQLOOM_DATA)', () => {
  const load: typeof loadDataset = (name, options = {}) => loadDataset(name, { folder: localFolder(data), ...options });

  it.runIf(present).each(['hmm-earthquakes', 'hmm-casino', 'atis-tagger', 'sentence-polarity', 'scan-simple', 'fsdd'])(
    '%s',
    { timeout: 60_000 },
    async (name) => {
      const told: string[] = [];
      const checkpoints = join(folder, name);
      const clock = await Clock.start(checkpoints);
      const context = new Context({ load, quick: true, folder: checkpoints, clock, say: (line) => told.push(line) });
      const { score } = await rows.find((each) => each.name === name)!.run(context);
      expect(Number.isFinite(score)).toBe(true);
      expect(told.length > 0 || name.startsWith('hmm')).toBe(true);
    },
  );
});

/** What `npm test` counts, from reports that vitest itself writes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { readReport } from './vitest-report.mjs';

const program = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'seqloom-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  'good.test.js': `test('a', () => {}); test('b', () => {}); describe('c', () => { test('d', () => {}); });`,
  'bad.test.js': `test('e', () => {}); describe('f', () => { test('g', () => { throw new Error('planted'); }); });`,
  'broken.test.js': `throw new Error('planted');`,
};

test('tests that pass and fail are counted one by one, a file that does not load once', () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const report = join(folder, 'report.json');
  const args = [program, 'run', '--globals', '--root', folder, '--reporter=json', `--outputFile=${report}`];
  expect(spawnSync(process.execPath, args, { cwd: folder }).status).toBe(1);
  const { passed, failures } = readReport(report);
  expect(passed).toBe(4);
  expect(failures.map((name) => name.replace(/.*[\\/]/, '')).sort()).toEqual(['broken.test.js', 'f g']);
});

test('a report that was never written counts nothing', () => {
  expect(readReport(join(folder, 'none.json'))).toEqual({ passed: 0, failures: [] });
});

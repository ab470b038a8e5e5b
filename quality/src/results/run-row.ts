/** One row in a process of its own, as `quality.ts` starts it: `run-row.ts NAME FOLDER RESULT_FILE [--data DIR] [--quick]` writes what it came to. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError, useBackend } from '@seqloom/core';
import { loadDataset } from '@seqloom/data/datasets';
import { localFolder } from '@seqloom/data/node';
import { Clock } from './clock.js';
import { Context } from './context.js';
import { rounded } from './percent.js';
import { hashOf, type Result } from './result.js';
import { rows } from './rows/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const [name = '', folder = '', file = ''] = positionals;
const row = rows.find((each) => each.name === name);
if (!row) throw new UsageError('run-row', `there is no row '${name}'`);

const threads = 2;
await useBackend('wasm', { threads });
const clock = await Clock.start(folder);
const place = values.data ? { folder: localFolder(values.data) } : {};
const load: typeof loadDataset = (set, options = {}) => loadDataset(set, { ...place, ...options });
const say = (line: string) => console.error(`${row.name}: ${line}`);
const outcome = await row.run(new Context({ load, quick: values.quick, folder, clock, say }));
const { seconds, cpuSeconds } = clock.spent;
const result: Result = {
  row: row.name,
  hash: hashOf(row),
  ...outcome,
  seconds: rounded(seconds, 1),
  cpuSeconds: rounded(cpuSeconds, 1),
  megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model.trim()}, ${threads} threads, wasm, Node ${process.versions.node}`,
  commit: commit(),
};
await writeFile(file, JSON.stringify(result));
process.exit();

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

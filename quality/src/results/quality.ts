/**
 * `npm run quality -- [--only PATTERN] [--data DIR] [--json FILE] [--quick]`: trains the model of every row on its data, each in a process of its own,
 * and writes docs/results.md. Finished rows are kept in the JSON file (quality/results.json) until their config changes, a row that was stopped goes on from its checkpoint;
 * `--quick` runs every row on a few examples and writes nothing.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report } from './report.js';
import { hashOf, keepResult, type Result, readResults, resultOf } from './result.js';
import { type Row, reached } from './row.js';
import { rows } from './rows/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    data: { type: 'string' },
    json: { type: 'string', default: join(root, 'quality/results.json') },
    quick: { type: 'boolean', default: false },
  },
});
const given = (path: string) => resolve(process.env.SEQLOOM_CWD ?? process.cwd(), path);
const json = given(values.json);
const beside = join(root, '../shared/data');
const data = values.data ?? process.env.SEQLOOM_DATA ?? (existsSync(beside) ? beside : undefined);

for (const row of rows.filter(({ name }) => new RegExp(values.only, 'i').test(name))) {
  const kept = values.quick ? undefined : resultOf(row, await readResults(json));
  const result = kept ?? (await run(row));
  if (!result) process.exitCode = 1;
  else console.log(`${row.name}: ${summary(row, result)}${kept ? ' (kept)' : ''}`);
}
if (!values.quick) await writeFile(join(root, 'docs/results.md'), report(rows, await readResults(json)));

/** Undefined where the row failed; its own words are on stderr then. */
async function run(row: Row): Promise<Result | undefined> {
  const scratch = await mkdtemp(join(tmpdir(), 'seqloom-quality-'));
  const checkpoints = values.quick ? scratch : join(root, 'quality/tmp/checkpoints', `${row.name}-${hashOf(row)}`);
  const file = join(scratch, 'result.json');
  const options = [...(data ? ['--data', given(data)] : []), ...(values.quick ? ['--quick'] : [])];
  try {
    if ((await child([row.name, checkpoints, file, ...options])) !== 0) return undefined;
    const result: Result = JSON.parse(await readFile(file, 'utf8'));
    if (values.quick) return result;
    await keepResult(json, result);
    await rm(checkpoints, { recursive: true, force: true });
    return result;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function child(options: readonly string[]): Promise<number | null> {
  const script = fileURLToPath(new URL('run-row.ts', import.meta.url));
  const running = spawn(process.execPath, [...process.execArgv, script, ...options], { stdio: 'inherit' });
  return new Promise((done, fail) => running.on('error', fail).on('exit', done));
}

function summary(row: Row, { score, seconds, megabytes, further = {} }: Result): string {
  const more = Object.entries(further).map(([name, value]) => `${name} ${value}`);
  const verdict = row.reach ? (reached(row, score) ? ', reached' : ', missed') : '';
  return [`${score} ${row.metric}${verdict}`, ...more, `${seconds} s`, `${megabytes} MB`].join(' · ');
}

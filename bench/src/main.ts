/** `npm run bench -- [--only PATTERN] [--json FILE]`: every case in `cases/`, ours beside the peer in one run. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@seqloom/core';
import { type BenchCase, type BenchResult, measure } from './compare.js';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, json: { type: 'string' } } });
const wanted = new RegExp(values.only, 'i');

console.log(
  `${cpus()[0]?.model.trim()} · ${cpus().length} cores · Node ${process.versions.node} · ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(row(['case', 'size', 'backend', 'threads', 'ours ms', 'peer', 'peer ms', 'ratio', 'GFLOP/s']));
const results: BenchResult[] = [];
const all = await allCases();
for (const backend of ['cpu', 'wasm'] as const) {
  await useBackend(backend, { threads: 2 }); // in memory that threads can share,
  await useBackend(backend, { threads: 1 }); // but one thread, unless a case says otherwise
}
for (const bench of all) {
  if (!wanted.test(`${bench.name} ${bench.size} ${bench.backend} ${bench.peer}`)) continue;
  const found = await measure(bench);
  results.push(found);
  console.log(
    row([
      found.case,
      found.size,
      found.backend,
      String(found.threads),
      ms(found.oursMs),
      found.peer,
      ms(found.peerMs),
      found.ratio?.toFixed(2) ?? '–',
      found.gflops?.toFixed(1) ?? '',
    ]),
  );
}
if (values.json) {
  const path = resolve(process.env.SEQLOOM_CWD ?? process.cwd(), values.json);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
}

/** The cases of every file in `cases/`: each exports `cases: BenchCase[]`. */
async function allCases(): Promise<BenchCase[]> {
  const files = (await readdir(new URL('./cases/', import.meta.url))).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(`./cases/${file}`, import.meta.url).href)));
  return modules.flatMap((module: { cases: BenchCase[] }) => module.cases);
}

function row(cells: readonly string[]): string {
  const widths = [26, 30, 8, 8, 10, 24, 10, 8, 8];
  return cells
    .map((cell, i) => cell.padEnd(widths[i] as number))
    .join(' ')
    .trimEnd();
}

function ms(value: number | null): string {
  return value === null ? '–' : value.toFixed(value < 10 ? 3 : 1);
}

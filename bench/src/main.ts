/**
 * `npm run bench -- [--only PATTERN] [--json FILE] [--relaxed-simd]`: every case in `cases/`, ours beside the peer in one run.
 * `--relaxed-simd` switches on in Node 20 what Chromium and later Nodes have: multiplication and addition in one instruction.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@seqloom/core';
import { type BenchCase, type BenchResult, measure } from './compare.js';
import { kernelSizes, startUp, stepMemory } from './figures.js';
import { microKernelRate } from './micro-kernel.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, json: { type: 'string' }, 'relaxed-simd': { type: 'boolean' } },
});
if (values['relaxed-simd']) setFlagsFromString('--experimental-wasm-relaxed-simd');
const wanted = new RegExp(values.only, 'i');

console.log(
  `${cpus()[0]?.model.trim()} · ${cpus().length} cores · Node ${process.versions.node} · ${new Date().toISOString().slice(0, 10)}\n`,
);
const [started, { wasm, gzip }, limit] = [await startUp(), await kernelSizes(), await microKernelRate()];
console.log(
  `kernels: ${wasm.toFixed(1)} kB of wasm, ${gzip.toFixed(1)} kB inlined and gzipped, ready after ${ms(started)} ms`,
);
console.log(`micro-kernel: ${limit.toFixed(1)} GFLOP/s in the first-level cache`);
const results: BenchResult[] = [];
const all = await allCases();
for (const backend of ['cpu', 'wasm'] as const) {
  await useBackend(backend, { threads: 2 }); // in memory that threads can share,
  await useBackend(backend, { threads: 1 }); // but one thread, unless a case says otherwise
}
const { size, peak, needed } = await stepMemory();
console.log(
  `memory of an LSTM training step at ${size}: ${peak.toFixed(1)} MB at its peak, ${(peak / needed).toFixed(2)} × the ${needed.toFixed(1)} MB that the way back needs\n`,
);
console.log(row(['case', 'size', 'backend', 'threads', 'ours ms', 'peer', 'peer ms', 'ratio', 'GFLOP/s', 'of limit']));
for (const bench of all) {
  if (!wanted.test(`${bench.name} ${bench.size} ${bench.backend} ${bench.peer}`)) continue;
  const found = await measure(bench).catch((error: Error) => {
    console.error(`${bench.name}, ${bench.size}, beside ${bench.peer}: ${error.message}`);
    process.exitCode = 1;
  });
  if (!found) continue;
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
      found.gflops ? `${((100 * found.gflops) / limit).toFixed(0)} %` : '',
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
  const widths = [26, 36, 8, 8, 10, 24, 10, 8, 8, 8];
  return cells
    .map((cell, i) => cell.padEnd(widths[i] as number))
    .join(' ')
    .trimEnd();
}

function ms(value: number | null): string {
  return value === null ? '–' : value.toFixed(value < 10 ? 3 : 1);
}

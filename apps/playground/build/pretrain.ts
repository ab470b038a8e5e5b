/** `pnpm run pretrain [experiment…]`: trains what visitors may try before they train, as an experiment stands at first, and writes it to `pretrained/`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@seqloom/core';
import { close, composed, experiments, Workbench } from './workbench.js';

/** How long each is trained: until its examples are answered well, and two minutes at most. HMM and CRF studios are trained in seconds, one press at a time. */
const steps: Readonly<Record<string, number>> = {
  characters: 1500,
  dates: 600,
  digits: 400,
  forecast: 800,
  intents: 300,
  memory: 1500,
  'reverse-sort': 1200,
  sentiment: 300,
  shapes: 400,
  tagger: 250,
  translation: 600,
};
/** Bytes that a model may take. */
const bound = 200_000;

const folder = join(import.meta.dirname, '../pretrained');
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in steps));
if (unknown) throw new Error(`There is no '${unknown}': choose of ${Object.keys(steps).join(', ')}`);
await mkdir(folder, { recursive: true });
for (const name of asked.length > 0 ? asked : Object.keys(steps)) await pretrain(name, steps[name]!);
await close();
process.exit();

async function pretrain(experiment: string, count: number): Promise<void> {
  const start = performance.now();
  const composition = composed(experiment, { backend: 'wasm' });
  const bench = new Workbench();
  await bench.obey({ type: 'compose', composition, start: 'fresh' }, { type: 'train' });
  for (let step = 1; step <= count; step++) {
    await bench.step();
    if (step % 50 === 0) tell(`${experiment}: ${step} of ${count} steps, ${worded(experiment, latest(bench))}`);
  }
  await bench.obey({ type: 'pause' }, { type: 'save' });
  const { tensors } = readSafetensors(bench.last('saved')!.weights);
  const halved = (metadata: Record<string, string>) => writeSafetensors({ tensors, metadata }, { floats: 'F16' });
  await bench.obey({ type: 'load', name: experiment, weights: halved({}) }, { type: 'stop' }); // what is committed is what is measured
  const measures = latest(bench);
  const metadata = {
    experiment,
    setup: JSON.stringify(composition.setup),
    step: String(count),
    measures: JSON.stringify(measures),
    licence: 'MIT',
  };
  const bytes = halved(metadata);
  if (bytes.length > bound) throw new Error(`${experiment} takes ${bytes.length} bytes, it may take ${bound}`);
  await writeFile(join(folder, `${experiment}.safetensors`), bytes);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  tell(`${experiment}: ${count} steps, ${worded(experiment, measures)}, ${bytes.length} bytes, ${seconds} s\n`);
}

/** What was measured last. */
function latest({ reports }: Workbench): readonly number[] {
  const measured = reports.flatMap((report) => (report.type === 'progress' ? report.progress.measures : []));
  return measured.at(-1)?.[1] ?? [];
}

function worded(experiment: string, values: readonly number[]): string {
  const { measure } = experiments.get(experiment)!;
  const labels = [measure, ...(measure.beside ?? [])].map(({ label }) => label);
  return values.map((value, index) => `${labels[index]} ${value.toFixed(3)}`).join(', ');
}

/** On one line, which the next message overwrites unless it ended. */
function tell(message: string): void {
  process.stdout.write(`\r\x1b[K${message}`);
}

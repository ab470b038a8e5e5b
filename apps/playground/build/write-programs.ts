/** `tsx -C @seqloom/source build/write-programs.ts FOLDER`: what a visitor takes home from every experiment, a folder for each, after a few steps of training. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import type { Bench as WorkBench } from '../src/worker/bench.js';
import type { Command, Report } from '../src/worker/protocol.js';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Say in which folder: write-programs.ts FOLDER');

const root = fileURLToPath(new URL('..', import.meta.url));
const server = await createServer({
  root,
  server: { middlewareMode: true, ws: false },
  appType: 'custom',
  logLevel: 'error',
  ssr: { noExternal: [/^@seqloom\//], resolve: { conditions: ['@seqloom/source'] } },
});
const { Bench } = (await server.ssrLoadModule('/src/worker/bench.ts')) as { Bench: typeof WorkBench };
const { experiments } = (await server.ssrLoadModule(
  '/src/worker/catalog.ts',
)) as typeof import('../src/worker/catalog.js');
const { completeSetup } = (await server.ssrLoadModule(
  '/src/controls/control.ts',
)) as typeof import('../src/controls/control.js');
const { everywhere } = (await server.ssrLoadModule('/src/experiment.ts')) as typeof import('../src/experiment.js');

for (const [name, { controls, program }] of experiments) {
  if (!program) throw new Error(`The experiment '${name}' has no program to take home.`);
  const setup = completeSetup({ ...controls, ...everywhere }, { backend: 'wasm' });
  const files = await exported({ experiment: name, setup });
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name, file)), { recursive: true });
    await writeFile(join(folder, name, file), content);
  }
  console.log(name);
}
await server.close();
process.exit();

async function exported(composition: Extract<Command, { type: 'compose' }>['composition']) {
  const reports: Report[] = [];
  const bench = new Bench((report) => reports.push(report));
  const commands: Command[] = [
    { type: 'compose', composition, start: 'fresh' },
    { type: 'step' },
    { type: 'step' },
    { type: 'export' },
  ];
  for (const command of commands) await bench.obey(command);
  const failed = reports.find((report) => report.type === 'failed');
  const found = reports.find((report) => report.type === 'exported');
  if (failed || !found)
    throw new Error(`${composition.experiment}: ${failed?.failure.message ?? 'nothing was exported'}`);
  return found.files;
}

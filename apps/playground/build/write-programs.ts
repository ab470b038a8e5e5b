/** `tsx -C @seqloom/source build/write-programs.ts FOLDER`: what a visitor takes home from every experiment, a folder for each, after a few steps of training. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { close, composed, experiments, Workbench } from './workbench.js';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Say in which folder: write-programs.ts FOLDER');

for (const [name, { program }] of experiments) {
  if (!program) throw new Error(`The experiment '${name}' has no program to take home.`);
  const bench = new Workbench();
  const composition = composed(name, { backend: 'wasm' });
  await bench.obey({ type: 'compose', composition, start: 'fresh' });
  await bench.obey({ type: 'step' }, { type: 'step' }, { type: 'export' });
  for (const [file, content] of Object.entries(bench.last('exported')!.files)) {
    await mkdir(dirname(join(folder, name, file)), { recursive: true });
    await writeFile(join(folder, name, file), content);
  }
  console.log(name);
}
await close();
process.exit();

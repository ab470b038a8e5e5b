/**
 * `npm run compare:cells -- [--only PATTERN] [--task PATTERN] [--lengths 50,200] [--steps 1000] [--json FILE]`: trains every network on tasks whose
 * answer stands T steps back and writes docs/long-sequences.md with its plot. Finished trials are kept in the JSON file, so that a run that was
 * stopped goes on where it was; the page shows all that the file holds.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@seqloom/core';
import { networks } from './networks.js';
import { plot } from './plot.js';
import { report } from './report.js';
import { tasks } from './tasks.js';
import { type Budget, runTrial, type Trial } from './trial.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    task: { type: 'string', default: '' },
    lengths: { type: 'string', default: '50,200,400,1000,2000' },
    steps: { type: 'string', default: '2000' },
    json: { type: 'string', default: 'long-sequences.json' },
  },
});
const budget: Budget = { steps: Number(values.steps), batch: 16, size: 32, learningRate: 3e-3 };
const file = resolve(process.env.SEQLOOM_CWD ?? process.cwd(), values.json);
const kept: Trial[] = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : [];
const matching = (table: object, pattern: string) =>
  Object.keys(table).filter((name) => new RegExp(pattern, 'i').test(name));

await useBackend('wasm', { threads: 1 });
for (const length of values.lengths.split(',').map(Number)) {
  for (const task of matching(tasks, values.task)) {
    for (const network of matching(networks, values.only)) {
      const same = (trial: Trial) => trial.network === network && trial.task === task && trial.length === length;
      if (networks[network]!.pooled && !tasks[task]!.pooled) continue; // the same without it
      if (kept.some((trial) => same(trial) && (trial.solvedAfter !== null || trial.budget.steps >= budget.steps)))
        continue;
      const trial = await runTrial({ network, task, length }, budget);
      kept.splice(0, kept.length, ...kept.filter((earlier) => !same(earlier)), trial);
      await writeFile(file, JSON.stringify(kept));
      const end =
        trial.solvedAfter === null ? `not solved in ${budget.steps} steps` : `solved after ${trial.solvedAfter}`;
      console.log(`${task}, T = ${length}, ${network}: ${end} (${trial.score}), ${trial.stepMs.toFixed(0)} ms a step`);
    }
  }
}
const machine = `${cpus()[0]?.model.trim()}, wasm, one thread, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
const docs = new URL('../../../docs/', import.meta.url);
await writeFile(new URL('long-sequences.md', docs), report(kept, machine));
await writeFile(new URL('long-sequences.svg', docs), plot(kept));

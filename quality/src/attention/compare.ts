/**
 * `npm run compare:attention -- [--only PATTERN] [--task PATTERN] [--seeds 3] [--steps 400] [--json FILE]`: trains every mechanism on every task and writes
 * docs/attention-comparison.md with its plot. Finished trials are kept in the JSON file, so that a run that was stopped goes on where it was; what a
 * step costs is measured at the end, in a minute or two that want a quiet machine.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@seqloom/core';
import { type Cost, measureCost } from './cost.js';
import { mechanisms } from './mechanisms.js';
import { plot, report } from './report.js';
import { tasks } from './tasks.js';
import { runTrial, type Trial } from './trial.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    task: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '400' },
    json: { type: 'string', default: 'attention-comparison.json' },
  },
});
const budget = { steps: Number(values.steps), batch: 32 };
const file = resolve(process.env.SEQLOOM_CWD ?? process.cwd(), values.json);
const kept: Trial[] = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : [];
const matching = (table: object, pattern: string) =>
  Object.keys(table).filter((name) => new RegExp(pattern, 'i').test(name));

await useBackend('wasm', { threads: 1 });
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  for (const task of matching(tasks, values.task)) {
    for (const mechanism of matching(mechanisms, values.only)) {
      if (kept.some((trial) => trial.mechanism === mechanism && trial.task === task && trial.seed === seed)) continue;
      const trial = await runTrial({ mechanism, task }, seed, budget);
      kept.push(trial);
      await writeFile(file, JSON.stringify(kept, null, 1));
      console.log(`${task}, ${mechanism}, seed ${seed}: ${(100 * trial.exact).toFixed(0)} % right`);
    }
  }
}
const [warmUp] = matching(tasks, values.task); // until the engine has compiled what all of them share
for (const mechanism of matching(mechanisms, values.only))
  await measureCost({ mechanism, task: warmUp! }, budget.batch);
const costs: Cost[] = [];
for (const task of matching(tasks, values.task))
  for (const mechanism of matching(mechanisms, values.only))
    costs.push(await measureCost({ mechanism, task }, budget.batch));
const machine = `${cpus()[0]?.model.trim()}, wasm, one thread, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
const docs = new URL('../../../docs/', import.meta.url);
const command = `npm run compare:attention -- --seeds ${values.seeds} --steps ${values.steps}`;
await writeFile(new URL('attention-comparison.md', docs), report(kept, costs, budget, machine, command));
await writeFile(new URL('attention-comparison.svg', docs), plot(kept));

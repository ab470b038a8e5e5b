/**
 * `npm run attention:pictures -- [--only PATTERN] [--steps 200]`: trains every mechanism on a task that suits it and writes its weights on one unseen example to
 * docs/attention/<name>.svg. Weights are a function of mechanism, task and steps: running it again changes nothing.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { adam, chain, clipByGlobalNorm, dataset, fit, type Module, Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { fileName, type HeatMap, heatMap } from './heat-map.js';
import { type Mechanism, mechanisms } from './mechanisms.js';
import { pattern, patternNames } from './patterns.js';
import { type Task, tasks } from './tasks.js';
import { build, draw, reading, tensors, vocabulariesOf } from './trial.js';
import { TwoBack, twoHeads } from './two-back.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, steps: { type: 'string', default: '200' } },
});
const steps = Number(values.steps);
const batch = 32;

/** The source as it is, for what goes a key further at each step or reads no key. */
const copy: Task = (rng) => {
  const { source } = tasks.reversal!(rng);
  return { source, target: source, alignment: source.map((_, i) => [i]) };
};

/** What a picture has room for, and a few steps can teach. */
const longest = 6;
const short =
  (task: Task): Task =>
  (rng) => {
    let pair = task(rng);
    while (pair.target.length > longest) pair = task(rng);
    return pair;
  };
const learnt: Record<string, Task> = {
  reversal: short(tasks.reversal!),
  copy: short(copy),
  gaps: short(tasks['copy with gaps']!),
};

/** Others learn reversal. */
const taskOf: Record<string, keyof typeof learnt> = {
  location: 'copy',
  forward: 'copy',
  'forward with an agent': 'copy',
  GMM: 'copy',
  'dynamic convolution': 'copy',
  'local-m': 'copy',
  'location-sensitive': 'gaps',
  monotonic: 'gaps',
  MoChA: 'gaps',
};
const positions = ['rotary', 'ALiBi', 'T5 buckets', 'Shaw'];

async function written(mechanism: Mechanism, task: Task): Promise<HeatMap> {
  const rng = new Rng(1);
  const vocabularies = vocabulariesOf(draw(task, new Rng(7), 500));
  const model = build(mechanism, vocabularies, rng);
  await train(
    model,
    () => draw(task, rng, batch),
    (pairs) => model.loss(tensors(pairs, vocabularies)),
  );
  const example = draw(task, new Rng(1_001), 100).find(({ target }) => target.length === longest)!;
  const { source, sourceMask } = tensors([example], vocabularies);
  const { start, end, decode } = reading(vocabularies.target);
  const [transcript] = await model.greedy({ source, sourceMask }, { start, end, maxLength: longest });
  model.dispose();
  const { ids, weights } = transcript!;
  return { read: example.source, written: decode(ids), weights, known: example.alignment!.slice(0, ids.length) };
}

async function twoBack({ make }: Mechanism): Promise<HeatMap> {
  const rng = new Rng(1);
  const model = new TwoBack(make, rng);
  const some = (from: Rng, count: number) =>
    Array.from({ length: count }, () => Array.from({ length: 8 }, () => from.below(12)));
  await train(
    model,
    () => some(rng, batch),
    (rows) => model.loss(tf.tensor2d(rows, undefined, 'int32')),
  );
  const example = some(new Rng(1_001), 1);
  const weights = tf.tidy(() => tf.reshape(model.attend(tf.tensor2d(example, undefined, 'int32')).weights, [-1, 8])); // heads below each other
  const rows = (await weights.array()) as number[][];
  weights.dispose();
  model.dispose();
  const letters = example[0]!.map((id) => 'abcdefghijkl'[id]!);
  return {
    read: letters,
    written: rows.map((_, i) => letters[(i % 8) - 2] ?? '·'),
    weights: rows,
    known: rows.map((_, i) => (i % 8 < 2 ? [] : [(i % 8) - 2])),
  };
}

async function train<T>(model: Module, batchOf: () => T, loss: (batch: T) => tf.Scalar): Promise<void> {
  const data = dataset(() => Array.from({ length: steps }, batchOf));
  await fit({ model, data, loss, optimizer: chain(clipByGlobalNorm(1), adam({ learningRate: 1e-2 })), epochs: 1 });
}

function picture(name: string): Promise<HeatMap> | HeatMap {
  const mechanism = mechanisms[name];
  if (name in twoHeads || positions.includes(name)) return twoBack(mechanism ?? twoHeads[name]!);
  return mechanism ? written(mechanism, learnt[taskOf[name] ?? 'reversal']!) : pattern(name);
}

const folder = new URL('../../../docs/attention/', import.meta.url);
await mkdir(folder, { recursive: true });
await useBackend('wasm', { threads: 1 });
for (const name of [...Object.keys(mechanisms), ...Object.keys(twoHeads), ...patternNames]) {
  if (!new RegExp(values.only, 'i').test(name)) continue;
  const start = performance.now();
  const map = await picture(name);
  await writeFile(new URL(`${fileName(name)}.svg`, folder), heatMap(map));
  console.log(
    `${name}: ${map.read.join('')} → ${map.written.join('')}, ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
}

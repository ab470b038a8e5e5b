/** What every ready model keeps: same seed, same model; saved and loaded, same answers; nothing leaks. For tests. */
import { memoryStorage } from '@seqloom/core';
import { expectClose, LawError } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { FitOptions } from './fit-model.js';
import type { ReadyModel } from './ready-model.js';

export interface ModelCase<Example> {
  /** The same untrained model each time. */
  build(): ReadyModel<Example>;
  load(bytes: Uint8Array): Promise<ReadyModel<Example>>;
  train: readonly Example[];
  unseen: readonly Example[];
  options: FitOptions<Example>;
  /** What the model says of the unseen examples. */
  answer(model: ReadyModel<Example>): Promise<unknown>;
}

/** Trains and checks; returns the metric that the model is chosen by, on the unseen examples. Throws LawError. */
export async function verifyReadyModel<Example>(given: ModelCase<Example>): Promise<number> {
  const before = tf.memory().numTensors;
  await verifyResume(given);
  const { build, load, train, unseen, options, answer } = given;
  const model = build();
  await model.fit(train, { ...options, dev: unseen });
  const loaded = await load(await model.save());
  await sameParameters('saved and loaded', loaded, model);
  const [said, again] = [await answer(model), await answer(loaded)];
  if (JSON.stringify(said) !== JSON.stringify(again)) throw new LawError('the loaded model answers otherwise');
  const metrics = await model.evaluate(unseen);
  for (const each of [model, loaded]) each.dispose();
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new LawError(`${left} tensors leaked`);
  return metrics[model.criterion.metric]!;
}

/** Two epochs on a few examples: stopped after the first step and gone on with by another object, they are as never stopped. */
async function verifyResume<Example>({ build, train, unseen, options }: ModelCase<Example>): Promise<void> {
  const few = train.slice(0, 12);
  const short = { ...options, epochs: 2, batchSize: { examples: 4, accumulate: 2 }, dev: unseen.slice(0, 4) };
  const [whole, first, second] = [build(), build(), build()];
  await whole.fit(few, { ...short, checkpoints: { storage: memoryStorage(), name: 'whole', everySteps: 1 } });
  const controller = new AbortController();
  const stop = ({ type }: { type: string }) => void (type === 'checkpoint' && controller.abort());
  const checkpoints = { storage: memoryStorage(), name: 'model', resume: true, everySteps: 1 };
  await first.fit(few, { ...short, checkpoints, callbacks: [stop], signal: controller.signal });
  await second.fit(few, { ...short, checkpoints });
  await sameParameters('stopped and resumed', second, whole);
  for (const each of [whole, first, second]) each.dispose();
}

async function sameParameters(what: string, a: ReadyModel<never>, b: ReadyModel<never>): Promise<void> {
  const [left, right] = [[...a.namedVariables()], [...b.namedVariables()]];
  for (const [i, [path, variable]] of left.entries()) await expectClose(right[i]![1], variable, 0, `${what}: ${path}`);
}

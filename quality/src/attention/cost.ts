/** What a training step with a mechanism costs: time and memory, apart from the trials so that a quiet moment can be chosen. */
import { adam, dataset, fit, Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { mechanisms } from './mechanisms.js';
import { tasks } from './tasks.js';
import { build, draw, tensors, vocabulariesOf } from './trial.js';

export interface Cost {
  mechanism: string;
  task: string;
  /** Milliseconds of a training step, the median. */
  stepMs: number;
  /** Megabytes of the tensors that one step holds at its peak, beside what was there before. */
  memoryMB: number;
}

const steps = 15;

/** Trains a fresh model for a few steps of `batch` pairs, the same for every mechanism. */
export async function measureCost(name: { mechanism: string; task: string }, batch: number): Promise<Cost> {
  const rng = new Rng(1);
  const task = tasks[name.task]!;
  const batches = Array.from({ length: steps }, () => draw(task, rng, batch));
  const vocabularies = vocabulariesOf([...batches.flat(), ...draw(task, new Rng(7), 500)]);
  const model = build(mechanisms[name.mechanism]!, vocabularies, rng);
  const loss = (pairs: (typeof batches)[0]) => model.loss(tensors(pairs, vocabularies));
  const variables = [...model.namedVariables()].map(([, variable]) => variable);
  const { peakBytes } = await tf.profile(() => {
    tf.tidy(() => void tf.variableGrads(() => loss(batches[0]!), variables));
    return [];
  });
  const before = tf.memory().numBytes;
  const times: number[] = [];
  let last = performance.now();
  await fit({ model, data: dataset(() => batches), loss, optimizer: adam({ learningRate: 1e-3 }), epochs: 1 }, [
    (event) => {
      if (event.type !== 'step') return;
      times.push(performance.now() - last);
      last = performance.now();
    },
  ]);
  model.dispose();
  const stepMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  return { ...name, stepMs, memoryMB: (peakBytes - before) / 1e6 };
}

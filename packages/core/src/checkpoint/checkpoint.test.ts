import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { CheckpointError } from '../errors.js';
import { normal } from '../initializers.js';
import { Module } from '../module.js';
import { adam, Optimizer, sgd } from '../optimizers/index.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { loadCheckpoint, loadWeights, readConfig, saveCheckpoint, saveWeights } from './index.js';

class Noisy extends Module {
  readonly weight: tf.Variable;
  readonly rng: Rng;

  constructor(seed: number) {
    super();
    this.weight = parameter([2, 2], normal(1), new Rng(seed));
    this.rng = new Rng(seed);
  }
}

function made(seed: number, steps: number, transformation = adam({ learningRate: 0.1 })) {
  const model = new Noisy(seed);
  const optimizer = new Optimizer(transformation);
  const parameters = Object.fromEntries(model.trainableVariables());
  for (let i = 0; i < steps; i++) tf.tidy(() => optimizer.apply({ weight: tf.fill([2, 2], i + seed) }, parameters));
  return { model, optimizer };
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([0, 3])('restores everything after %i steps: saved again it has the same bytes', async (steps) => {
    const trained = made(1, steps);
    trained.model.rng.normal();
    const notes = { progress: { epoch: 2, losses: [0.5] }, config: { size: 2 } };
    const bytes = await saveCheckpoint(trained, notes);
    const other = made(2, 5);
    expect(await loadCheckpoint(other, bytes)).toEqual(notes.progress);
    expect(await saveCheckpoint(other, notes)).toEqual(bytes);
    expect(other.model.rng.state).toEqual(trained.model.rng.state);
    expect(await readConfig(bytes)).toEqual(notes.config);
    await loadWeights(new Noisy(3), bytes);
  });

  it('what does not fit changes nothing', async () => {
    const target = made(5, 2);
    const before = await saveCheckpoint(target);
    const bytes = await saveCheckpoint(made(1, 3));
    const tensors = tf.memory().numTensors;
    const cases: [Uint8Array, RegExp][] = [
      [await saveWeights(target.model), /not a checkpoint/],
      [bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)), /checksum is wrong/],
      [bytes.subarray(0, -4), /cut off: 4 bytes are missing/],
    ];
    const momentum = made(1, 3, sgd({ learningRate: 0.1, momentum: 0.9 }));
    cases.push([await saveCheckpoint(momentum), /expected the slots \[adam.mean, adam.variance\], got \[trace\]/]);
    for (const part of [momentum.model, momentum.optimizer]) part.dispose();
    class Silent extends Module {
      readonly weight = parameter([2, 2], normal(1), new Rng(0));
    }
    const silent = new Silent();
    const optimizer = new Optimizer(adam({ learningRate: 0.1 }));
    cases.push([await saveCheckpoint({ model: silent, optimizer }), /random streams \[\], expected \[rng\]/]);
    silent.dispose();
    for (const [damaged, message] of cases) {
      const attempt = loadCheckpoint(target, damaged);
      await expect(attempt).rejects.toThrow(message);
      await expect(attempt).rejects.toThrow(CheckpointError);
    }
    expect(await saveCheckpoint(target)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

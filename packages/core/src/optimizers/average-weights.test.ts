import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { UsageError } from '../errors.js';
import { Module } from '../module.js';
import { backendsHere, expectClose, expectNoLeak } from '../testing/index.js';
import { averageWeights, chain, Optimizer, type Schedule, sgd, withAveragedWeights } from './index.js';

const tolerance = 1e-6;

class Weights extends Module {
  readonly a = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
  readonly frozen = tf.tidy(() => tf.variable(tf.tensor1d([5]), false));
}

/** Three steps of −1 for each component: the weights are [1,2], [2,3], [3,4], [4,5]. */
function trained(decay: number | Schedule) {
  const model = new Weights();
  const optimizer = new Optimizer(chain(sgd({ learningRate: 1 }), averageWeights(decay)));
  const parameters = Object.fromEntries(model.trainableVariables());
  for (let i = 0; i < 3; i++) tf.tidy(() => optimizer.apply({ a: tf.tensor1d([-1, -1]) }, parameters));
  return { model, optimizer };
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each<[string, number | Schedule, number]>([
    ['exponential', 0.5, (((1 + 2) / 2 + 3) / 2 + 4) / 2],
    ['plain mean of what training reached', (count) => count / (count + 1), (2 + 3 + 4) / 3],
    ['no memory', 0, 4],
  ])('%s', async (_, decay, expected) => {
    const { model, optimizer } = trained(decay);
    const seen = await withAveragedWeights(optimizer, model, () => model.a.data());
    await expectClose(seen, [expected, expected + 1], tolerance);
    await expectClose(model.a, [4, 5], 0);
    await expectClose(model.frozen, [5], 0);
    optimizer.dispose();
    model.dispose();
  });

  it('puts the trained weights back after an error, and leaves nothing behind', async () => {
    const { model, optimizer } = trained(0.5);
    await expectNoLeak(() => withAveragedWeights(optimizer, model, () => Promise.reject(1)).catch(() => {}));
    await expectClose(model.a, [4, 5], 0);
    optimizer.dispose();
    model.dispose();
  });
});

it('needs an optimiser that averages', async () => {
  const optimizer = new Optimizer(sgd({ learningRate: 1 }));
  await expect(withAveragedWeights(optimizer, new Weights(), () => 0)).rejects.toThrow(UsageError);
});

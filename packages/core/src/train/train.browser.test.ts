/** Training in a page, on every backend, with checkpoints in IndexedDB. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { loadWeights, saveWeights } from '../checkpoint/index.js';
import { accumulate, adam, averageWeights, chain, clipByGlobalNorm, Optimizer } from '../optimizers/index.js';
import { Rng } from '../rng.js';
import { indexedDBStorage } from '../storage/index.js';
import { backendsHere } from '../testing/index.js';
import { train } from './index.js';
import { Perceptron, shuffledBatches } from './test-perceptron.js';

/** GPUs may add in another order from run to run. */
const exact = (backend: string) => backend === 'cpu' || backend === 'wasm';

/** The losses of two epochs, or of the part of them before the checkpoint after `steps`. */
async function losses(name: string, seed: number, steps = Infinity): Promise<number[]> {
  const model = new Perceptron(seed);
  const order = new Rng(seed + 100);
  const optimizer = new Optimizer(
    chain(clipByGlobalNorm(0.5), accumulate(2, adam({ learningRate: 0.05 })), averageWeights(0.9)),
  );
  const data = shuffledBatches(order);
  const checkpoints = { storage: indexedDBStorage('runs'), name, everySteps: 1, resume: true, streams: { order } };
  const found: number[] = [];
  for await (const event of train({ model, data, loss: (b) => model.loss(b), optimizer, epochs: 2, checkpoints })) {
    if (event.type === 'step') found.push(event.loss);
    if (event.type === 'checkpoint' && event.step >= steps) break;
  }
  const copy = new Perceptron(0);
  await loadWeights(copy, await saveWeights(model));
  for (const part of [model, copy, optimizer]) part.dispose();
  return found;
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('a run that was interrupted goes on as if it had not been, and leaves nothing behind', async () => {
    const expected = await losses(`${backend} whole`, 1);
    expect(expected).toHaveLength(14);
    const before = tf.memory().numTensors;
    const parts = [...(await losses(`${backend} parts`, 1, 5)), ...(await losses(`${backend} parts`, 2))];
    expect(tf.memory().numTensors).toBe(before);
    if (exact(backend)) expect(parts).toEqual(expected);
    for (const [step, loss] of parts.entries()) expect(loss).toBeCloseTo(expected[step]!, 4);
  });
});

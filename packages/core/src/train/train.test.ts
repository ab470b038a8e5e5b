import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { dataset } from '../dataset.js';
import { isSeqError, UsageError } from '../errors.js';
import { accumulate, adam, averageWeights, chain, Optimizer, sgd } from '../optimizers/index.js';
import { Rng } from '../rng.js';
import { memoryStorage } from '../storage/index.js';
import { backendsHere } from '../testing/index.js';
import { type TrainEvent, type TrainOptions, train } from './index.js';
import { Perceptron, shuffledBatches, type TestBatch } from './test-perceptron.js';

let model: Perceptron;
let options: TrainOptions<TestBatch>;

/** Runs to the end, or to the first event for which `until` holds. */
async function events(changes: Partial<TrainOptions<TestBatch>> = {}, until = (_: TrainEvent) => false) {
  const seen: TrainEvent[] = [];
  for await (const event of train({ ...options, ...changes })) {
    seen.push(event);
    if (until(event)) break;
  }
  return seen;
}

const weights = () => Array.from(model.namedVariables(), ([, variable]) => [...variable.dataSync()]);
const caught = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

function setUp(): void {
  model = new Perceptron(1);
  const data = shuffledBatches(new Rng(2));
  const optimizer = adam({ learningRate: 0.03 });
  options = { model, data, loss: (batch) => model.loss(batch), optimizer, epochs: 2 };
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(setUp);

  it('learns, and tells it', async () => {
    const seen = await events({ epochs: 30, evaluate: async (epoch) => ({ twice: 2 * epoch }) });
    const means = seen.flatMap((event) => (event.type === 'epoch' ? [event.meanLoss] : []));
    expect(means.at(-1)).toBeLessThan(means[0]! / 2);
    const epoch = [...new Array(7).fill('step'), 'epoch', 'evaluation'];
    expect(seen.map(({ type }) => type)).toEqual([...new Array(30).fill(epoch).flat(), 'stopped']);
    expect(seen[8]).toMatchObject({ type: 'evaluation', epoch: 0, metrics: { twice: 0 } });
    const [first] = seen;
    expect(structuredClone(first)).toEqual(first);
    for (const event of seen) if (event.type === 'step') expect(event.gradientNorm).toBeGreaterThan(0);
  });

  it.each([
    ['a transformation', () => chain(accumulate(2, adam({ learningRate: 0.1 })), averageWeights(0.9))],
    ['a tfjs optimiser', () => tf.train.momentum(0.01, 0.9)],
  ])('200 steps with %s leave nothing behind', async (_, make) => {
    const optimizer = make();
    await events({ optimizer, epochs: 1 });
    const before = tf.memory();
    const seen = await events({ optimizer, epochs: 29 });
    expect(seen.filter(({ type }) => type === 'step')).toHaveLength(203);
    expect([tf.memory().numTensors, tf.memory().numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  });

  it('leaving the run at any event leaves nothing behind, and the model as it is', async () => {
    const checkpoints = { storage: memoryStorage(), name: 'run', everySteps: 2 };
    for (const type of ['step', 'epoch', 'evaluation', 'checkpoint', 'stopped']) {
      const before = tf.memory().numTensors;
      let last: number[][] = [];
      await events({ checkpoints, evaluate: () => ({}) }, (event) => {
        last = weights();
        return event.type === type;
      });
      expect([tf.memory().numTensors, model.training]).toEqual([before, false]);
      expect(weights()).toEqual(last);
    }
  });
});

describe('train', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(setUp);

  it('keeps the model in training mode only while the loss is computed', async () => {
    const modes: boolean[] = [];
    model.train(false);
    const loss = (batch: TestBatch) => {
      modes.push(model.training);
      return model.loss(batch);
    };
    const look = () => {
      modes.push(model.training);
      return { seen: 0 };
    };
    await events({ epochs: 1, loss, evaluate: look }, () => Boolean(look().seen));
    expect(modes).toEqual([...new Array(7).fill([true, false]).flat(), false, false, false, false]);
    model.train();
    await events({ epochs: 1, evaluate: look });
    expect([modes.at(-1), model.training]).toEqual([false, true]);
  });

  it('stops at the signal, after the step that runs', async () => {
    const controller = new AbortController();
    const seen = await events({ signal: controller.signal }, (event) => {
      if (event.type === 'step' && event.step === 3) controller.abort();
      return false;
    });
    expect(seen.map(({ type }) => type)).toEqual(['step', 'step', 'step', 'stopped']);
    expect(seen.at(-1)).toEqual({ type: 'stopped', reason: 'aborted', step: 3 });
    expect(await events({ signal: controller.signal })).toEqual([{ type: 'stopped', reason: 'aborted', step: 0 }]);
  });

  it('trains only what is not frozen, and no variable of another model, with any optimiser', async () => {
    const other = new Perceptron(7);
    const values = () => Array.from(other.namedVariables(), ([, variable]) => [...variable.dataSync()]);
    const untouched = values();
    model.hidden.trainable = false;
    for (const optimizer of [adam({ learningRate: 0.1 }), tf.train.adam(0.1)]) {
      const before = weights();
      await events({ optimizer });
      const changed = weights().map((values, i) => String(values) !== String(before[i]));
      expect(changed).toEqual([false, true, true]);
    }
    expect(values()).toEqual(untouched);
  });

  it('an optimiser of the caller goes on where it was and stays his', async () => {
    const optimizer = new Optimizer(sgd({ learningRate: 0.01, momentum: 0.9 }));
    await events({ optimizer, epochs: 1 });
    await events({ optimizer, epochs: 1 });
    expect(optimizer.count).toBe(14);
    expect(Object.keys(optimizer.slots.trace!)).toEqual(['hidden', 'bias', 'output']);
    optimizer.dispose();
    await expect(events({ optimizer })).rejects.toThrow('the optimiser is disposed');
  });

  it('a loss or gradient that is not finite is told, is an error, and never reaches the model', async () => {
    for (const [when, spoil] of [
      ['the loss is NaN', (loss: tf.Scalar) => tf.mul(loss, Number.NaN)],
      ['the loss is Infinity', (loss: tf.Scalar) => tf.div(loss, 0)],
      ['the gradient norm is', (loss: tf.Scalar) => tf.add(loss, tf.sqrt(tf.sum(tf.mul(model.bias, 0))))],
    ] as const) {
      let steps = 0;
      let good: number[][] = [];
      const loss = (batch: TestBatch) => (++steps === 4 ? spoil(model.loss(batch)) : model.loss(batch)) as tf.Scalar;
      const seen: TrainEvent[] = [];
      const tensors = tf.memory().numTensors;
      const run = events({ loss }, (event) => {
        seen.push(event);
        if (event.type === 'step') good = weights();
        return false;
      });
      const error = await caught(run);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).toContain(`after step 3 (epoch 0) ${when}`);
      expect(seen.at(-1)).toMatchObject({ type: 'diverged', step: 3 });
      expect(weights()).toEqual(good);
      expect(tf.memory().numTensors).toBe(tensors);
    }
  });

  it('says what it was given wrongly', async () => {
    const batch = { x: tf.tensor2d([[1, 2, 3]]), labels: [1] };
    const checkpoints = { storage: memoryStorage(), name: 'run' };
    const cases: [Partial<TrainOptions<TestBatch>>, string | RegExp][] = [
      [{ data: dataset<TestBatch>([]) }, 'the data are empty'],
      [{ data: [batch] as never }, '`data` must be a Dataset'],
      [{ data: dataset([batch]) }, 'a batch holds a disposed tensor'],
      [{ loss: () => tf.ones([2]) as never }, 'must return a scalar tensor, got a tensor of shape [2]'],
      [{ loss: (async () => tf.scalar(1)) as never }, 'must return a scalar tensor, got object'],
      [{ loss: () => tf.scalar(1) }, 'does not depend on any trainable parameter'],
      [{ loss: 3 as never }, '`loss` must be a function'],
      [{ model: {} as never }, '`model` must be a Module'],
      [{ optimizer: 'adam' as never }, '`optimizer` must be an optimiser'],
      [{ optimizer: {} as never }, 'needs a gradient transformation'],
      [{ epochs: 1.5 }, '`epochs` must be a whole number'],
      [{ evaluate: () => 3 as never }, 'must return a record of numbers'],
      [{ rate: 3 } as never, 'unknown option `rate`'],
      [{ optimizer: tf.train.sgd(1), checkpoints }, 'a tfjs optimiser cannot be resumed'],
      [{ checkpoints: { ...checkpoints, name: '../x' } }, 'cannot be the name'],
      [{ checkpoints: { ...checkpoints, storage: {} as never } }, '`storage` must be a Storage'],
      [{ checkpoints: { ...checkpoints, best: { metric: 'f1', mode: 'max' } } }, "there is no metric 'f1'"],
    ];
    for (const [changes, message] of cases) {
      const error = await caught(events(changes));
      expect(isSeqError(error), String(error)).toBe(true);
      expect((error as Error).message).toContain(message);
      expect(model.training).toBe(false);
    }
    model.freeze();
    await expect(events()).rejects.toThrow('the model has no trainable parameters');
    model.dispose();
    await expect(events()).rejects.toThrow('the model is disposed');
  });
});

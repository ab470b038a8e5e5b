import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { OptionError } from '../errors.js';
import { adam } from '../optimizers/index.js';
import { Rng } from '../rng.js';
import { memoryStorage } from '../storage/index.js';
import { type Callback, earlyStopping, fit, progress, type TrainEvent, type TrainOptions } from './index.js';
import { Perceptron, shuffledBatches, type TestBatch } from './test-perceptron.js';

let model: Perceptron;
let options: TrainOptions<TestBatch>;
beforeAll(() => useBackend('cpu'));
beforeEach(() => {
  model = new Perceptron(1);
  const data = shuffledBatches(new Rng(2));
  options = { model, data, loss: (batch) => model.loss(batch), optimizer: adam({ learningRate: 0.03 }), epochs: 6 };
});

const weights = () => Array.from(model.namedVariables(), ([, variable]) => [...variable.dataSync()]);

describe('fit', () => {
  it('tells every callback every event in order, waits for them, and returns how it ended', async () => {
    const told: string[] = [];
    const slow: Callback = async (event) => {
      await new Promise((resolve) => setTimeout(resolve));
      told.push(`a ${event.type}`);
    };
    const result = await fit({ ...options, epochs: 1, evaluate: () => ({ f1: 0.5 }) }, [
      slow,
      (event, given) => {
        expect(given).toBe(model);
        told.push(`b ${event.type}`);
      },
    ]);
    const types = [...new Array(7).fill('step'), 'epoch', 'evaluation', 'stopped'];
    expect(told).toEqual(types.flatMap((type) => [`a ${type}`, `b ${type}`]));
    expect(result).toEqual({ reason: 'finished', step: 7, meanLoss: expect.any(Number), metrics: { f1: 0.5 } });
  });

  it('a callback ends it with a reason, which everyone is told', async () => {
    const last: TrainEvent[] = [];
    const stopAt3: Callback = (event) => (event.type === 'step' && event.step === 3 ? { stop: 'enough' } : undefined);
    const result = await fit(options, [stopAt3, (event) => void last.splice(0, 1, event)]);
    expect(result).toEqual({ reason: 'enough', step: 3, meanLoss: undefined, metrics: {} });
    expect(last).toEqual([{ type: 'stopped', reason: 'enough', step: 3 }]);
  });

  it.each(['epoch', 'evaluation'] as const)(
    'one that stops at the event %s leaves that epoch evaluated and saved',
    async (type) => {
      const storage = memoryStorage();
      const told: string[] = [];
      const stops: Callback = (event) => (event.type === type && event.epoch === 1 ? { stop: 'enough' } : undefined);
      const checkpoints = { storage, name: 'run', best: { metric: 'f1', mode: 'max' as const } };
      const result = await fit({ ...options, checkpoints, evaluate: (epoch) => ({ f1: epoch }) }, [
        stops,
        (event) => void told.push(event.type),
      ]);
      expect(told.slice(-5)).toEqual(['epoch', 'evaluation', 'checkpoint', 'checkpoint', 'stopped']);
      expect(result).toMatchObject({ reason: 'enough', step: 14, metrics: { f1: 1 } });
      const resumed = { ...options, checkpoints: { ...checkpoints, resume: true }, epochs: 2 };
      expect(await fit(resumed)).toMatchObject({ reason: 'finished', step: 14 });
    },
  );

  it('waits for no further batch once it shall end', async () => {
    let pulled = 0;
    const data = {
      async *[Symbol.asyncIterator]() {
        for await (const batch of options.data) {
          pulled++;
          yield batch;
        }
      },
    };
    await fit({ ...options, data }, [(event) => (event.type === 'step' ? { stop: 'enough' } : undefined)]);
    expect(pulled).toBe(1);
  });

  it('the signal still ends it, and is not listened to afterwards', async () => {
    const controller = new AbortController();
    const abort: Callback = (event) => void (event.type === 'step' && event.step === 2 && controller.abort());
    const { signal } = controller;
    expect(await fit({ ...options, signal }, [abort])).toMatchObject({ reason: 'aborted', step: 2 });
    expect(await fit({ ...options, signal })).toMatchObject({ reason: 'aborted', step: 0 });
  });

  it('an error in a callback ends it', async () => {
    const fails: Callback = () => Promise.reject(new Error('no disk'));
    await expect(fit(options, [fails])).rejects.toThrow('no disk');
    expect(model.training).toBe(false);
  });
});

describe('earlyStopping', () => {
  /** Metrics as given, and the weights that each epoch ended with. */
  async function run(scores: readonly number[], callback: Callback) {
    const reached: number[][][] = [];
    const evaluate = (epoch: number) => {
      reached.push(weights());
      return { score: scores[epoch]! };
    };
    const result = await fit({ ...options, evaluate }, [callback]);
    return { result, reached };
  }

  it('waits for `patience` epochs, then gives back the best weights', async () => {
    const { result, reached } = await run(
      [1, 3, 2, 3, 9, 9],
      earlyStopping({ metric: 'score', mode: 'max', patience: 2 }),
    );
    expect(result.reason).toBe('no better score for 2 epochs');
    expect(reached).toHaveLength(4);
    expect(weights()).toEqual(reached[1]);
  });

  it('leaves the last weights when told, and a run that gets better alone', async () => {
    const keep = earlyStopping({ metric: 'score', mode: 'min', patience: 1, restoreBest: false });
    const { result, reached } = await run([3, 2, 2, 1, 1, 1], keep);
    expect([result.step, weights()]).toEqual([21, reached[2]]);
    const falling = earlyStopping({ metric: 'score', mode: 'min', patience: 1 });
    expect((await run([6, 5, 4, 3, 2, 1], falling)).result.reason).toBe('finished');
  });

  it('never takes NaN for better, and gives back the best weights at a normal end', async () => {
    const best = earlyStopping({ metric: 'score', mode: 'min', patience: 3 });
    const { result, reached } = await run([Number.NaN, 1, Number.NaN, 2, 0, 0], best);
    expect([result.reason, weights()]).toEqual(['finished', reached[4]]);
  });

  it('gives back the best weights after a divergence too', async () => {
    let steps = 0;
    const loss = (batch: TestBatch) => tf.mul<tf.Scalar>(model.loss(batch), ++steps > 17 ? Number.NaN : 1);
    const ends: number[][][] = [];
    const note: Callback = (event) => void (event.type === 'epoch' && ends.push(weights()));
    const first = earlyStopping({ metric: 'meanLoss', mode: 'max', patience: 9 });
    await expect(fit({ ...options, loss }, [note, first])).rejects.toThrow('diverged');
    expect(ends.map(String)).toContain(String(weights()));
  });

  it('names the metrics there are', async () => {
    const wrong = earlyStopping({ metric: 'f1', mode: 'max', patience: 1 });
    await expect(run([1], wrong)).rejects.toThrow("there is no metric 'f1'\n  hint: there are: score");
    expect(() => earlyStopping({ metric: 'f1', mode: 'up' as never, patience: 1 })).toThrow(OptionError);
    expect(() => earlyStopping({ metric: 'f1', mode: 'max', patience: 0 })).toThrow(OptionError);
  });
});

it('progress reports lines', async () => {
  const lines: string[] = [];
  await fit({ ...options, epochs: 2, evaluate: () => ({ f1: 0.123456, n: 3 }) }, [
    progress((line) => lines.push(line), { everySeconds: 0 }),
  ]);
  expect(lines).toHaveLength(2 * (7 + 2) + 1);
  expect(lines[7]).toMatch(/^epoch 1 · mean loss \d\.\d+$/);
  expect(lines[8]).toBe('epoch 1 · f1 0.1235 · n 3');
  expect(lines[9]).toMatch(/^epoch 2 · step 8 · loss \d\.\d+ · [\d.]+ steps\/s$/);
  expect(lines.at(-1)).toBe('finished · step 14');
});

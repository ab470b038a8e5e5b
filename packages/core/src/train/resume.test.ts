import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { DataError } from '../errors.js';
import {
  accumulate,
  averageWeights,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  Optimizer,
  scaleByAdam,
  scaleBySchedule,
  sgd,
  warmupCosine,
} from '../optimizers/index.js';
import { Rng } from '../rng.js';
import { memoryStorage, type Storage } from '../storage/index.js';
import { type StepEvent, type TrainEvent, train } from './index.js';
import { Perceptron, shuffledBatches } from './test-perceptron.js';

const epochs = 3;

/** Everything that has a memory at once. */
const everything = (): GradientTransformation =>
  chain(
    clipByGlobalNorm(0.5),
    accumulate(2, chain(scaleByAdam(), scaleBySchedule(warmupCosine({ peak: 0.1, warmup: 3, steps: 12 })))),
    averageWeights(0.9),
  );

interface Setting {
  storage: Storage;
  seed: number;
  everySteps?: number;
  shared?: boolean;
  make?: () => GradientTransformation;
}

/** A run from a seed that only a resumed checkpoint can make equal to another one. */
function start({ storage, seed, everySteps = 1, shared = false, make = everything }: Setting) {
  const model = new Perceptron(seed);
  const order = shared ? model.rng : new Rng(seed + 100);
  const optimizer = new Optimizer(make());
  const best = { metric: 'meanLoss', mode: 'min' } as const;
  const checkpoints = { storage, name: 'run', everySteps, streams: { order }, resume: true, best };
  const data = shuffledBatches(order);
  const run = train({ model, data, loss: (batch) => model.loss(batch), optimizer, epochs, checkpoints });
  return { run, free: () => [model, optimizer].map((part) => part.dispose()) };
}

/** The losses of all steps; with `steps`, the run is left at the first checkpoint after so many. */
async function losses(setting: Setting, steps = Infinity): Promise<number[]> {
  const { run, free } = start(setting);
  const found: number[] = [];
  for await (const event of run) {
    if (event.type === 'step') found.push(event.loss);
    if (event.type === 'checkpoint' && event.step >= steps) break;
  }
  free();
  return found;
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('a resumed run is bit-identical: in mid-epoch, in mid-accumulation, between epochs, at the end', async () => {
    const whole = memoryStorage();
    const expected = await losses({ storage: whole, seed: 1 });
    expect(expected).toHaveLength(7 * epochs);
    for (const stop of [1, 2, 6, 7, 8, 13, 20, 21]) {
      const storage = memoryStorage();
      const before = await losses({ storage, seed: 1 }, stop);
      const after = await losses({ storage, seed: 50 + stop });
      expect([...before, ...after], `stopped after ${stop}`).toEqual(expected);
      for (const name of ['run', 'run-best']) expect(await storage.read(name)).toEqual(await whole.read(name));
    }
  });

  it('may be interrupted again and again', async () => {
    const expected = await losses({ storage: memoryStorage(), seed: 1 });
    const storage = memoryStorage();
    const parts: number[] = [];
    for (let stop = 4; parts.length < expected.length; stop += 4) {
      parts.push(...(await losses({ storage, seed: stop === 4 ? 1 : stop }, stop)));
    }
    expect(parts).toEqual(expected);
  });

  it('model and data may share a stream, and rare checkpoints repeat the steps after them', async () => {
    const make = () => sgd({ learningRate: 0.05, momentum: 0.9 });
    const setting = { seed: 2, everySteps: 5, shared: true, make };
    const expected = await losses({ ...setting, storage: memoryStorage() });
    const storage = memoryStorage();
    const { run, free } = start({ ...setting, storage });
    for await (const event of run) if (event.type === 'step' && event.step === 13) break;
    free();
    expect(await losses({ ...setting, seed: 9, storage })).toEqual(expected.slice(10));
  });
});

describe('resume', () => {
  beforeAll(() => useBackend('cpu'));

  it('goes on with the counters', async () => {
    const storage = memoryStorage();
    await losses({ storage, seed: 1 }, 9);
    const { run, free } = start({ storage, seed: 2 });
    const { value } = await run.next();
    expect(value).toMatchObject({ type: 'step', step: 10, epoch: 1 } satisfies Partial<StepEvent>);
    await run.return();
    free();
  });

  it('has nothing more to do after the end', async () => {
    const storage = memoryStorage();
    await losses({ storage, seed: 1 });
    const { run, free } = start({ storage, seed: 2 });
    const events: TrainEvent[] = [];
    for await (const event of run) events.push(event);
    expect(events).toEqual([{ type: 'stopped', reason: 'finished', step: 21 }]);
    free();
  });

  it('sees that the data became fewer', async () => {
    const storage = memoryStorage();
    await losses({ storage, seed: 1 }, 6);
    const model = new Perceptron(1);
    const order = new Rng(0);
    const all = shuffledBatches(order);
    const data = {
      async *[Symbol.asyncIterator]() {
        let count = 0;
        for await (const batch of all) {
          yield batch;
          if (++count === 3) return;
        }
      },
    };
    const checkpoints = { storage, name: 'run', streams: { order }, resume: true };
    const optimizer = everything();
    const run = train({ model, data, loss: (batch) => model.loss(batch), optimizer, epochs, checkpoints });
    const error = await run.next().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain('the data have 3 batches, but the checkpoint was made after 6');
    model.dispose();
  });
});

/** Real workers of node:worker_threads. */
import { Worker } from 'node:worker_threads';
import { Rng } from '@seqloom/core/rng';
import { describe, expect, test } from 'vitest';
import { collect, type ExampleWorker, fromWorker, resumable } from '../index.js';
import type { TestInput } from './test-examples.worker.js';

interface Made {
  readonly i: number;
  readonly values: Float32Array;
}

let running = 0;
const workerModule = new URL('./test-examples.worker.ts', import.meta.url);
/** A worker that reads TypeScript. */
const start = (url = workerModule): ExampleWorker => {
  const source = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(url.href)})))`;
  running++;
  return new Worker(source, { eval: true, execArgv: ['--conditions', '@seqloom/source'] }).once(
    'exit',
    () => running--,
  );
};
const examples = (input: TestInput, ahead?: number) =>
  fromWorker<Made>(() => start(), { input: () => input, ...(ahead && { ahead }) });
const numbers = (made: Made[]) => made.map(({ i }) => i);

test('the examples of a worker in their order, again at each iteration; buffers are handed over', async () => {
  const rng = new Rng(1);
  const data = fromWorker<Made>(() => start(), { input: () => ({ count: 5, seed: rng.int32() }) });
  const [first, second] = [await collect(data), await collect(data)];
  expect([numbers(first), numbers(second)]).toEqual([
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
  expect(first[0]!.values).toBeInstanceOf(Float32Array);
  expect(first[0]!.values).not.toEqual(second[0]!.values);
  expect(running).toBe(0);
});

test('law: gone on with in the middle of an epoch, the same examples follow', async () => {
  const data = (seed: number) => {
    const order = new Rng(seed);
    return resumable(
      fromWorker<Made>(() => start(), { input: () => ({ count: 4, seed: order.int32() }) }),
      { order },
    );
  };
  const whole = await collect(data(1));
  const left = data(1);
  let given = 0;
  for await (const _example of left) if (++given === 2) break;
  const goneOn = data(2);
  goneOn.resume(JSON.parse(JSON.stringify(left.position)));
  expect(await collect(goneOn)).toEqual(whole.slice(2));
});

test('law: never more are made ahead than told, and the worker ends where the use stops', async () => {
  const made = new Int32Array(new SharedArrayBuffer(4));
  let taken = 0;
  for await (const { i } of examples({ count: 100, made }, 3)) {
    expect(i).toBe(taken++);
    while (Atomics.load(made, 0) === taken) await new Promise(setImmediate); // more are made while this one is used
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Atomics.load(made, 0) - taken).toBeLessThanOrEqual(3);
    if (taken === 6) break;
  }
  expect(running).toBe(0);
});

describe('errors stand where their example would, and end the worker', () => {
  const failing = async (input: Omit<TestInput, 'count'>) => {
    const got: Made[] = [];
    try {
      for await (const example of examples({ count: 4, ...input })) got.push(example);
    } catch (error) {
      expect(running).toBe(0);
      return { got: numbers(got), error };
    }
    throw new Error('nothing failed');
  };

  test.each([
    [
      'our own',
      'data error',
      {
        name: 'DataError',
        where: 'readCsv(x.csv)',
        hint: 'mend it',
        message: 'readCsv(x.csv): line 3: bad\n  hint: mend it',
      },
    ],
    [
      "the language's",
      'error',
      { name: 'RangeError', message: 'too far', stack: expect.stringContaining('test-examples.worker') },
    ],
    ['what is no error', 'text', { name: 'Error', message: "'just a text'" }],
    ['what cannot be sent', 'function', { name: 'DataError', where: 'serveExamples' }],
  ] as const)('%s', async (_, what, expected) => {
    const { got, error } = await failing({ at: 2, what });
    expect(got).toEqual([0, 1]);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject(expected);
  });

  test('a worker that ends by itself, or cannot begin', async () => {
    expect((await failing({ at: 2, what: 'exit' })).error).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('has ended with code 3'),
    });
    const missing = fromWorker(() => start(new URL('./no-such.worker.ts', import.meta.url)));
    await expect(collect(missing)).rejects.toMatchObject({ name: 'UsageError', where: 'fromWorker' });
    expect(running).toBe(0);
  });
});

test('a signal ends a worker that hangs, or is not started at all', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const data = fromWorker<Made>(() => start(), { input: () => ({ count: 4, at: 2, what: 'hang' }), signal });
  const reading = (async () => {
    for await (const { i } of data) if (i === 1) setTimeout(() => controller.abort('enough'), 20);
  })();
  await expect(reading).rejects.toMatchObject({ name: 'UsageError', cause: 'enough' });
  expect(running).toBe(0);
  await expect(collect(data)).rejects.toMatchObject({ name: 'UsageError', cause: 'enough' });
  expect(running).toBe(0);
  for (const options of [{ ahead: 0 }, { size: 3 }]) {
    expect(() => fromWorker(start, options as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  }
});

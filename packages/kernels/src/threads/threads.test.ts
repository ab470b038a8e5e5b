/** Threads: the same bits with any number of them, a worker that fails is named, and the process ends when its work is done. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import * as kernel from '../index.js';
import { Arena, floats, loadKernels, type MatrixProduct, matrixProduct, startThreads, stopThreads } from '../index.js';
import { runAll } from './run-all.js';

const kernels = await loadKernels(new Arena(kernel.sharedMemory()));
const arena = kernels.memory as Arena;
afterAll(() => stopThreads(kernels));

const place = (length: number) => {
  const pointer = arena.allocate(4 * length);
  floats(arena, pointer, length).forEach((_, i, values) => {
    values[i] = Math.random() - 0.5;
  });
  return pointer;
};

/** Runs with one, two and three threads from the same start, and compares every bit of the memory in use. */
async function expectSameBits(run: () => void): Promise<void> {
  const memory = () => new Int32Array(arena.memory.buffer, 0, arena.used / 4);
  const before = memory().slice();
  let expected: Int32Array | undefined;
  for (const count of [1, 2, 3]) {
    expect(await startThreads(kernels, { count })).toBe(true);
    memory().set(before);
    run();
    expected ??= memory().slice();
    expect(memory().findIndex((word, i) => word !== expected![i])).toBe(-1);
  }
}

const cells = ['lstm', 'gruResetAfter', 'gruResetBefore', 'simpleTanh'] as const;

describe.each(cells)('%s gives the same bits with 1, 2 and 3 threads', (cell) => {
  it.each([4, 7, 8, 13, 16, 33])('for a ragged batch of %i', async (batch) => {
    const [time, inputSize, units] = [20, 29, 61];
    const start = arena.allocate(0);
    const steps = batch * time;
    const width = kernel.gateCount(cell) * units;
    const mask = arena.allocate(steps);
    const isReal = new Uint8Array(arena.memory.buffer, mask, steps);
    isReal.forEach((_, i) => {
      isReal[i] = Number(i % time < 1 + ((7 * Math.floor(i / time)) % time));
    });
    const state = () => place(batch * units);
    const perStep = () => place(steps * units);
    const pointers = {
      ...{ x: place(steps * inputSize), weight: place(inputSize * width), bias: place(width), mask },
      ...{ recurrent: place(units * width), recurrentBias: place(width), h0: state(), c0: state() },
      ...{ outputs: perStep(), h: state(), c: state(), gates: place(4 * steps * units), cells: perStep() },
      ...{ dOutputs: perStep(), dH: state(), dC: state(), dX: place(steps * inputSize) },
      ...{ dWeight: place(inputSize * width), dBias: place(width) },
      ...{ dRecurrent: place(units * width), dRecurrentBias: place(width) },
    };
    const shape = { batch, time, inputSize, units };
    await expectSameBits(() => {
      kernel.scanForward(kernels, cell, shape, pointers);
      kernel.scanBackward(kernels, cell, shape, pointers);
    });
    arena.free(start);
  });
});

describe('products give the same bits with 1, 2 and 3 threads', () => {
  const sizes: Pick<MatrixProduct, 'm' | 'n' | 'k' | 'batch'>[] = [
    { m: 133, n: 70, k: 401 },
    { m: 70, n: 133, k: 401 },
    { m: 3, n: 1001, k: 700 },
    { m: 1001, n: 1, k: 2500 },
    { m: 41, n: 37, k: 50, batch: 31 },
  ];
  it.each(sizes)('m $m, n $n, k $k', async (size) => {
    const { m, n, k, batch = 1 } = size;
    const start = arena.allocate(0);
    const [a, b, c] = [place(batch * m * k), place(batch * k * n), place(batch * m * n)];
    for (const [transposeA, transposeB, accumulate] of [
      [false, false, false],
      [true, false, true],
      [false, true, true],
      [true, true, false],
    ]) {
      const left = { pointer: a, transposed: transposeA! };
      const right = { pointer: b, transposed: transposeB! };
      await expectSameBits(() =>
        matrixProduct(kernels, { ...size, a: left, b: right, c: { pointer: c }, accumulate: accumulate! }),
      );
    }
    arena.free(start);
  });
});

it('Adam gives the same bits with 1, 2 and 3 threads', async () => {
  const n = 300_003;
  const start = arena.allocate(0);
  const moments = { mean: place(n), variance: place(n) };
  floats(arena, moments.variance, n).forEach((value, i, values) => {
    values[i] = value ** 2;
  });
  const places = { gradient: place(n), ...moments, update: place(n), nextMean: place(n), nextVariance: place(n), n };
  await expectSameBits(() =>
    kernel.adamUpdate(kernels, places, { beta1: 0.9, beta2: 0.999, correction: 0.5, floor: 1e-8 }),
  );
  arena.free(start);
});

it('a worker that fails is an error, said once, and the others go on', async () => {
  const problems: string[] = [];
  expect(await startThreads(kernels, { count: 3, onLoss: (problem) => problems.push(problem) })).toBe(true);
  const start = arena.allocate(0);
  const [from, to] = [place(400_000), place(400_000)];
  const long = { kernel: 'repeatRow' as const, parameters: [from, to, 20_000, 20] };
  const outside = { kernel: 'repeatRow' as const, parameters: [from, -65536, 20_000, 20] };
  const run = () => {
    try {
      runAll(kernels, [long, outside, long]);
    } catch (error) {
      return String(error);
    }
    return 'nothing thrown';
  };
  let error = run();
  for (let i = 0; i < 1000 && /out of bounds/.test(error); i++) error = run(); // no worker took up the call: it failed here
  expect(error).toMatch(/repeatRow: a worker has failed/);
  expect(problems).toEqual(['a worker has failed in repeatRow']);
  expect(kernels.threads!.count).toBe(2);
  floats(arena, to, 400_000).fill(NaN);
  runAll(kernels, [long, { ...long, parameters: [from, to + 800_000, 10_000, 20] }, long]);
  expect(floats(arena, to, 20)).toEqual(floats(arena, from, 20));
  expect(floats(arena, to + 800_000, 20)).toEqual(floats(arena, from, 20));
  arena.free(start);
});

it('no threads over memory that is not shared', async () => {
  const own = await loadKernels(new Arena());
  expect(await startThreads(own, { count: 2 })).toBe(false);
  expect(own.threads).toBeUndefined();
  expect(await startThreads(own, { count: 1 })).toBe(true);
});

it('waiting workers keep no process alive', async () => {
  const script = `
    import { Arena, loadKernels, sharedMemory, startThreads } from '${new URL('../index.ts', import.meta.url)}';
    const kernels = await loadKernels(new Arena(sharedMemory()));
    console.log(await startThreads(kernels, { count: 3 }), kernels.threads.count);`;
  const flags = ['--conditions=@seqloom/source', '--import=tsx', '--input-type=module', '--eval', script];
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 30_000, cwd });
  expect(stdout.trim()).toBe('true 3');
});

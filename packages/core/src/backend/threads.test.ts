/** Threads under tfjs: its heap is shared, its values stay what they are, and options that cannot be are said. */
import { isShared } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { OptionError } from '../errors.js';
import { kernelsOf } from './fused.js';
import { threadCount, useBackend } from './index.js';

afterAll(async () => {
  await useBackend('cpu', { threads: 1 });
  await useBackend('wasm', { threads: 1 });
});

describe.each(['cpu', 'wasm'] as const)('%s', (name) => {
  it('works on shared memory, with as many threads as it is told', async () => {
    for (const threads of [2, 3, 1]) {
      await useBackend(name, { threads });
      expect(threadCount()).toBe(threads);
      expect(isShared(kernelsOf(tf.backend())!.memory.memory)).toBe(true);
    }
    await useBackend(name, { threads: 2 });
    await useBackend(name); // says nothing about threads, so changes nothing
    expect(threadCount()).toBe(2);
  });

  it('a product has the same bits with 1 and 2 threads, and its values are arrays of their own', async () => {
    const [a, b] = [tf.randomNormal([300, 200], 0, 1, 'float32', 1), tf.randomNormal([200, 310], 0, 1, 'float32', 2)];
    const products = [];
    for (const threads of [1, 2]) {
      await useBackend(name, { threads });
      products.push(tf.matMul(a, b).dataSync());
    }
    expect(products[1]).toEqual(products[0]);
    expect(products[0]!.buffer).toBeInstanceOf(ArrayBuffer);
    tf.dispose([a, b]);
  });
});

it('the heap grows under running threads', async () => {
  await useBackend('wasm', { threads: 2 });
  const { memory } = kernelsOf(tf.backend())!.memory;
  const before = memory.buffer.byteLength;
  const large = tf.zeros([before / 4]);
  expect(memory.buffer.byteLength).toBeGreaterThan(before);
  const ones = tf.ones([256, 512]);
  const product = tf.matMul(ones, ones, false, true);
  expect(product.dataSync().every((value) => value === 512)).toBe(true);
  tf.dispose([large, ones, product]);
});

it('a number of threads that cannot be is an OptionError', async () => {
  for (const threads of [0, 1.5, '2'])
    await expect(useBackend('cpu', { threads: threads as never })).rejects.toThrow(OptionError);
});

it('where no worker starts, one thread works and says so once', async () => {
  await useBackend('cpu', { threads: 1 });
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('forbidden');
  });
  for (let i = 0; i < 2; i++) await useBackend('cpu', { threads: 2 });
  builtin.mockRestore();
  expect(threadCount()).toBe(1);
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

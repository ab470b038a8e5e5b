/** Threads in a page and in a worker that are cross-origin isolated (see vitest.config.ts), and what happens where they are not. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { threadCount, useBackend } from './index.js';

it('without isolation one thread works, and it is said once', async () => {
  vi.stubGlobal('crossOriginIsolated', false);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  for (let i = 0; i < 2; i++) await useBackend('cpu', { threads: 2 });
  expect(threadCount()).toBe(1);
  await useBackend('cpu', { threads: 'auto' });
  expect(threadCount()).toBe(1);
  expect(warn.mock.calls.flat()).toEqual([expect.stringContaining('cross-origin isolated')]);
  warn.mockRestore();
  vi.unstubAllGlobals();
});

it('in a page, two threads give the bits of one', async () => {
  await useBackend('wasm', { threads: 2 });
  const a = tf.randomNormal([300, 200]);
  const products: Float32Array[] = [];
  for (const threads of [2, 1, 3]) {
    await useBackend('wasm', { threads });
    expect(threadCount()).toBe(threads);
    for (let i = 0; i < 20; i++) products.push(tf.tidy(() => tf.matMul(a, a, false, true).dataSync()) as Float32Array);
  }
  expect(products.every((product) => product.every((value, i) => value === products[0]![i]))).toBe(true);
  a.dispose();
});

it('and in a module worker too', async () => {
  const worker = new Worker(new URL('./threads.worker.ts', import.meta.url), { type: 'module' });
  const [two, one] = await new Promise<{ threads: number; product: Float32Array }[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.terminate();
  expect([two!.threads, one!.threads]).toEqual([2, 1]);
  expect(two!.product).toEqual(one!.product);
});

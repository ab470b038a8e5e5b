import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capabilities, useBackend } from './index.js';

describe.each(['cpu', 'wasm', 'webgl', 'webgpu'] as const)('on %s in a page', (name) => {
  it('starts without further settings, and differentiates an embedding and a product', async () => {
    expect(await useBackend(name)).toBe(name);
    const ids = tf.tensor2d(
      [
        [2, 0],
        [2, 2],
      ],
      [2, 2],
      'int32',
    );
    const loss = (table: tf.Tensor, weight: tf.Tensor) => tf.sum(tf.square(tf.matMul(tf.gather(table, ids), weight)));
    const [table, weight] = tf.grads(loss)([tf.ones([4, 3]), tf.ones([3, 1])]) as [tf.Tensor, tf.Tensor];
    expect(Array.from(await table.data())).toEqual([6, 6, 6, 0, 0, 0, 18, 18, 18, 0, 0, 0]);
    expect(Array.from(await weight.data())).toEqual([24, 24, 24]);
  });
});

it("'auto' takes wasm, and capabilities names what has started", async () => {
  expect(await useBackend()).toBe('wasm');
  expect((await capabilities()).wasm).toMatchObject({ available: true, started: true, missing: [] });
});

it('starts wasm in a module worker, with a product as fast kernel', async () => {
  const worker = new Worker(new URL('./use-backend.worker.ts', import.meta.url), { type: 'module' });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.terminate();
  expect(answer).toEqual({ backend: 'wasm', product: [7, 10, 15, 22], missing: [] });
});

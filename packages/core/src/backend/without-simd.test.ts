/** Where WebAssembly has no SIMD, everything runs on tfjs' kernels, the missing ones as plain loops, and ops as composed. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm'; // registers the flag that this test sets
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { accelerate, capabilities, registerFused, useBackend } from './index.js';

vi.mock('@seqloom/kernels', async (original) => ({ ...(await original<object>()), supportsSimd: () => false }));
registerFused('NeverRegistered', (_inputs, _attributes, workspace) => workspace.output([]));

describe.each(['cpu', 'wasm'] as const)('%s without SIMD', (backend) => {
  beforeAll(async () => {
    tf.env().set('WASM_HAS_SIMD_SUPPORT', false);
    await useBackend(backend);
  });

  it('has no fused kernel and misses nothing', async () => {
    expect(tf.getKernel('NeverRegistered', backend)).toBeUndefined();
    expect((await capabilities())[backend]).toMatchObject({ started: true, fused: [], missing: [] });
  });

  it('is not accelerated, and accelerate says why', async () => {
    const plain = tf.getKernel('Add', backend);
    const found = (await accelerate()).find((one) => one.backend === backend);
    expect(found).toEqual({ backend, kernels: [], reason: 'WebAssembly has no SIMD here' });
    expect(tf.getKernel('Add', backend)).toBe(plain);
  });

  it('differentiates embeddings, convolutions and products', () => {
    const ids = tf.tensor1d([1, 1, -1], 'int32');
    expect(Array.from(tf.unsortedSegmentSum(tf.ones([3, 2]), ids, 2).dataSync())).toEqual([0, 0, 2, 2]);
    const loss = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.sum(tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 1, 'same'));
    const [dx, dFilter] = tf.grads(loss)([tf.ones([1, 3, 1]), tf.ones([3, 1, 1])]) as [tf.Tensor, tf.Tensor];
    expect(Array.from(dx.dataSync())).toEqual([2, 3, 2]);
    expect(Array.from(dFilter.dataSync())).toEqual([2, 3, 2]);
    const square = (x: tf.Tensor) => tf.sum(tf.matMul(x, x, true));
    expect(
      Array.from(
        tf
          .grad(square)(tf.ones([2, 2]))
          .dataSync(),
      ),
    ).toEqual([4, 4, 4, 4]);
  });
});

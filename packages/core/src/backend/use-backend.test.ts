import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { KernelError, OptionError } from '../errors.js';
import { useBackend } from './index.js';

describe.each(['cpu', 'wasm'] as const)('%s', (name) => {
  it('starts, and differentiates through an embedding', async () => {
    expect(await useBackend(name)).toBe(name);
    expect(tf.getBackend()).toBe(name);
    const ids = tf.tensor2d(
      [
        [2, 0],
        [2, 2],
      ],
      [2, 2],
      'int32',
    );
    const gradient = tf.grad((table: tf.Tensor) => tf.sum(tf.square(tf.gather(table, ids))))(tf.ones([4, 3]));
    expect(Array.from(await gradient.data())).toEqual([2, 2, 2, 0, 0, 0, 6, 6, 6, 0, 0, 0]);
  });
});

it("'auto' takes wasm", async () => {
  expect(await useBackend()).toBe('wasm');
});

it('an unavailable backend is a KernelError with a hint, and the previous one stays', async () => {
  await useBackend('cpu');
  const error = await useBackend('webgl').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KernelError);
  expect((error as KernelError).hint).toContain('WebGL');
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
});

it('rejects names and options that do not exist', async () => {
  await expect(useBackend('gpu' as never)).rejects.toThrow(OptionError);
  await expect(useBackend('cpu', { path: '/' } as never)).rejects.toThrow('unknown option `path`');
});

it('concurrent calls run one after the other', async () => {
  expect(await Promise.all([useBackend('wasm'), useBackend('cpu')])).toEqual(['wasm', 'cpu']);
  expect(tf.getBackend()).toBe('cpu');
});

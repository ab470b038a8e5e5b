/** The heap that chunked attention takes, forward and backward: twice as much for twice the length. */
import { sequence, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { ChunkedAttention } from './chunked-attention.js';

interface Heap {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** The most bytes that `work` held in tfjs' wasm heap at once. */
function peak(work: () => void): number {
  const { wasm } = tf.backend() as unknown as { wasm: Heap };
  tf.zeros([1]).dispose(); // the first call of each replaces the function
  const { _malloc, _free } = wasm;
  const sizes = new Map<number, number>();
  let [held, most] = [0, 0];
  wasm._malloc = (bytes) => {
    const pointer = _malloc(bytes);
    sizes.set(pointer, bytes);
    held += bytes;
    most = Math.max(most, held);
    return pointer;
  };
  wasm._free = (pointer) => {
    held -= sizes.get(pointer) ?? 0;
    sizes.delete(pointer);
    _free(pointer);
  };
  try {
    work();
  } finally {
    Object.assign(wasm, { _malloc, _free });
  }
  return most;
}

it('grows like T', async () => {
  await useBackend('wasm', { threads: 1 });
  const D = 4;
  const attention = new ChunkedAttention();
  const bytes = [1024, 2048].map((T) => {
    const x = tf.randomNormal<tf.Rank.R3>([1, T, D]);
    const context = (x: tf.Tensor) =>
      attention.attend(x as tf.Tensor3D, attention.remember(sequence(x as tf.Tensor3D))).context;
    return peak(() => tf.tidy(() => void tf.grad((x) => tf.sum(context(x)))(x)));
  }) as [number, number];
  expect(bytes[1] / bytes[0]).toBeLessThan(2.05);
  expect(bytes[1]).toBeLessThan((2048 * 2048 * 4) / 16); // a matrix [T,T] would be 16 MB
});

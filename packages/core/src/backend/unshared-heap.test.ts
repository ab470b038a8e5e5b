/** A backend that has started with one thread. */
import { isShared } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { UsageError } from '../errors.js';
import { kernelsOf } from './fused.js';
import { threadCount, useBackend } from './index.js';

it("keeps tfjs' heap as it is, and says when threads would have had to be asked for", async () => {
  await useBackend('wasm', { threads: 1 });
  expect(isShared(kernelsOf(tf.backend())!.memory.memory)).toBe(false);
  expect(tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]).toBe(11);
  await expect(useBackend('wasm', { threads: 2 })).rejects.toThrow(UsageError);
  await useBackend('wasm', { threads: 'auto' });
  expect(threadCount()).toBe(1);
});

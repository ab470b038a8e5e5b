/** tfjs' backends as they come, for the peer's turn: import this before anything calls `useBackend`. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Side } from './compare.js';

export type PlainBackend = keyof typeof plain;

const plain = { cpu: tf.getKernelsForBackend('cpu'), wasm: tf.getKernelsForBackend('wasm') };
/** What tfjs lacks on wasm, without which the peer could not train. */
const lent = [tf.UnsortedSegmentSum, tf.Conv2DBackpropFilter];

/** A case's `before`: the peer runs on tfjs' own kernels, where our ops are composed. */
export async function eachOnItsKernels(backend: PlainBackend = 'wasm'): Promise<(side: Side) => Promise<void>> {
  await useBackend(backend);
  const ours = tf.getKernelsForBackend(backend);
  const own = plain[backend];
  const missing = ours.filter(
    ({ kernelName }) => lent.includes(kernelName) && !own.some((kernel) => kernel.kernelName === kernelName),
  );
  return async (side) => {
    for (const { kernelName } of tf.getKernelsForBackend(backend)) tf.unregisterKernel(kernelName, backend);
    for (const kernel of side === 'ours' ? ours : [...own, ...missing]) tf.registerKernel(kernel);
  };
}

/** Identity without a copy, as on tfjs' other backends: the tape clones whatever it saves, so a copy of each is a large part of a step. */
import * as tf from '@tensorflow/tfjs-core';

/** Replaces the kernel of the wasm backend; tensors never change in place, so they can share their values. */
export function replaceIdentity(): void {
  const original = tf.getKernel(tf.Identity, 'wasm');
  if (!original || original.kernelFunc === share) return;
  tf.unregisterKernel(tf.Identity, 'wasm');
  tf.registerKernel({ ...original, kernelFunc: share });
}

const share: tf.KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = (inputs as { x: tf.TensorInfo }).x;
  (backend as tf.KernelBackend).incRef(dataId);
  return { dataId, shape, dtype };
};

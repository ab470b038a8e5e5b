/** Labels and symbols that are out of range. */
import { DataError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Throws a DataError naming the first of `indices` [B,T] outside [0, size), on the backends that look at the indices of `gather` (cpu, wasm);
 * elsewhere looking would stall the GPU.
 */
export function checkIndices(where: string, what: string, indices: tf.Tensor2D, size: number): void {
  try {
    tf.tidy(() => void tf.gather(tf.zeros([size]), indices));
  } catch (cause) {
    const data = indices.dataSync();
    const at = data.findIndex((index) => index < 0 || index >= size);
    const [row, step] = [Math.floor(at / indices.shape[1]), at % indices.shape[1]];
    throw new DataError(where, `${what} ${data[at]} at sequence ${row}, step ${step} is out of range`, {
      hint: `${what}s are whole numbers from 0 to ${size - 1}`,
      cause,
    });
  }
}

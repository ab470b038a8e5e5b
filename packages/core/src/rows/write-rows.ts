/** Writing some rows of a large tensor, where it stands. */
import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend/wasm-backend.js';

/** Whether rows can be written in place: on cpu and wasm. */
export function canWriteRows(): boolean {
  return tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm';
}

/**
 * `target` [V,…] with the rows `ids` [N] int32 replaced by `rows` [N,…], float32, on cpu and wasm. On wasm it is `target` itself, written
 * in place, when no other tensor shares its memory; else a new tensor, on cpu always, where others may hold the array behind a tensor.
 */
export function writeRows(target: tf.Tensor, ids: tf.Tensor1D, rows: tf.Tensor): tf.Tensor {
  const [places, values] = [ids.dataSync(), rows.dataSync()];
  const width = rows.size / ids.size;
  const write = (memory: tf.TypedArray) => {
    for (const [i, id] of places.entries()) memory.set(values.subarray(i * width, (i + 1) * width), id * width);
    return memory;
  };
  if (tf.getBackend() !== 'wasm' || tf.backend().refCount(target.dataId) > 1) {
    return tf.tensor(write(target.dataSync().slice()), target.shape);
  }
  write((tf.backend() as WasmBackend).typedArrayFromHeap(target));
  return target;
}

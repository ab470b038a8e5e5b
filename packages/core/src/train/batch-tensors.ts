/** The tensors in a batch of any structure. */
import * as tf from '@tensorflow/tfjs-core';
import { DataError } from '../errors.js';

/** Frees every tensor in arrays and plain objects below `batch`; variables stay. */
export function disposeBatch(batch: unknown): void {
  for (const tensor of batchTensors(batch)) tensor.dispose();
}

/** Throws a DataError when a tensor of the batch was disposed before its step. */
export function checkBatch(batch: unknown): void {
  for (const tensor of batchTensors(batch)) {
    if (!tensor.isDisposed) continue;
    throw new DataError('train', 'a batch holds a disposed tensor', {
      hint: 'train disposes the tensors of a batch after its step: make them anew in each epoch, dataset(() => …)',
    });
  }
}

/** Numbers and text are passed over without a look inside, whatever their amount. */
function* batchTensors(value: unknown, seen: Set<object> = new Set()): Iterable<tf.Tensor> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof tf.Tensor) {
    if (!(value instanceof tf.Variable)) yield value;
    return;
  }
  const parts = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : [];
  for (const part of parts) if (typeof part === 'object') yield* batchTensors(part, seen);
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

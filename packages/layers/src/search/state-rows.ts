/** Rows of a state: gathered, repeated, dropped. */
import * as tf from '@tensorflow/tfjs-core';

/** Every tensor of `state` as `change` makes it; lists and plain objects are walked, all else stays. */
export function mapTensors<S>(state: S, change: (tensor: tf.Tensor) => tf.Tensor): S {
  if (state instanceof tf.Tensor) return change(state) as S;
  if (Array.isArray(state)) return state.map((part) => mapTensors(part, change)) as S;
  if (!isPlain(state)) return state;
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, mapTensors(part, change)])) as S;
}

/** The tensors of a state, in order. */
export function tensorsOf(state: unknown): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  mapTensors(state, (tensor) => {
    found.push(tensor);
    return tensor;
  });
  return found;
}

/** Rows `chosen` [M] of a tensor of m·N rows, m of them for each of N: → m·M rows. A tensor of rank 0 is common to all. */
export function takeRows(tensor: tf.Tensor, chosen: tf.Tensor1D, N: number): tf.Tensor {
  if (tensor.rank === 0) return tensor;
  const [first, ...rest] = tensor.shape as [number, ...number[]];
  const each = first / N;
  if (each === 1) return tf.gather(tensor, chosen);
  const blocks = tf.gather(tf.reshape(tensor, [N, -1]), chosen);
  return tf.reshape(blocks, [each * chosen.size, ...rest]);
}

/** Each of the N rows of a state `copies` times in succession. */
export function repeatRows<S>(state: S, N: number, copies: number): S {
  if (copies === 1) return state;
  const chosen = tf.tensor1d(
    Array.from({ length: N * copies }, (_, i) => Math.floor(i / copies)),
    'int32',
  );
  return mapTensors(state, (tensor) => takeRows(tensor, chosen, N));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

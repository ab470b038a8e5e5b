/** Comparison of tensors and arrays with a tolerance. */
import * as tf from '@tensorflow/tfjs-core';
import { compare, fromArray, type Nested, type Numbers, read } from './numbers.js';

/** A tensor, a flat list (which fits any shape of its size) or nested lists. */
export type Comparable = tf.Tensor | ArrayLike<number> | Nested;

/**
 * Throws unless every |actual − expected| ≤ tolerance · max(1, |expected|) and the shapes agree; names the worst place.
 * Asynchronous because WebGPU reads are: `await` it, outside `tf.tidy`. It frees nothing.
 */
export async function expectClose(
  actual: Comparable,
  expected: Comparable,
  tolerance: number,
  what = 'value',
): Promise<void> {
  compare(what, await numbersOf(actual), await numbersOf(expected), tolerance);
}

async function numbersOf(value: Comparable): Promise<Numbers> {
  return value instanceof tf.Tensor ? read(value) : fromArray(value as Nested);
}

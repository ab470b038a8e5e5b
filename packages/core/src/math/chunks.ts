/** Splits a tensor into equal parts. */
import * as tf from '@tensorflow/tfjs-core';

/** `x` in `parts` equal pieces along `axis`; differentiable on every backend (slices, whose gradient is a pad). */
export function chunks<T extends tf.Tensor>(x: T, parts: number, axis: number): T[] {
  return parts === 1 ? [x] : tf.split(x, parts, axis); // tfjs' split into one piece has no gradient
}

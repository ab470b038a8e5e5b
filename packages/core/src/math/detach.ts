/** Values that the tape does not look into. */
import * as tf from '@tensorflow/tfjs-core';

/** `f(x)` as a constant: no gradient flows back to `x`, and `f` may use ops that have none (comparisons, max, argMax…). */
export function detach<T extends tf.Tensor, R extends tf.Tensor>(x: T, f: (x: T) => R): R {
  return tf.customGrad((input) => ({
    value: f(input as T),
    gradFunc: () => tf.zerosLike(x),
  }))(x) as R;
}

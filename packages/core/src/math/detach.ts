/** Values that the tape does not look into. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `f(x)` as a constant: no gradient flows back to `x`, and `f` may use ops that have none (comparisons, max, argMax…).
 * The tape sees a function of nothing, not one of `x` with gradient 0: so what is made of the result (the `logicalNot` in the gradient of
 * `where`, say) needs no gradient either, and second derivatives work.
 */
export function detach<T extends tf.Tensor, R extends tf.Tensor>(x: T, f: (x: T) => R): R {
  return tf.customGrad(() => ({ value: tf.clone(f(x)), gradFunc: () => [] }))() as R;
}

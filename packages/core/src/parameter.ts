/** Trainable values: the only tensors a Module owns. */
import * as tf from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers.js';
import { count } from './options.js';
import { defaultRng, type Rng } from './rng.js';

/** A trainable variable of `shape`, filled by `initialize` from `rng`. */
export function parameter<R extends tf.Rank = tf.Rank>(
  shape: readonly number[],
  initialize: Initializer,
  rng: Rng = defaultRng,
): tf.Variable<R> {
  for (const [axis, size] of shape.entries()) count('parameter', `shape[${axis}]`, size);
  return tf.tidy(() => tf.variable(tf.tensor(initialize(shape, rng), [...shape] as never) as tf.Tensor<R>));
}

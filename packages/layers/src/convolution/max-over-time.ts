/** The largest value of each feature over the real steps. */
import { asMask, detach, keepWhere, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';

/** input [B,T,D] → [B,D]; 0 for a row without a real step. Where several steps are equally large, the first gets the gradient. Throws ShapeError. */
export function maxOverTime(input: Sequence): tf.Tensor2D {
  const { T } = sequenceShape('maxOverTime', input);
  const mask = asMask(input.mask);
  const values = keepWhere(mask, input.values, lowest);
  const steps = tf.reshape(tf.range(0, T, 1, 'int32'), [1, T, 1]);
  const chosen = detach(values, (x) => tf.cast(tf.equal(tf.expandDims(tf.argMax(x, 1), 1), steps), 'float32'));
  return keepWhere(tf.any(mask, 1), tf.sum(tf.mul(values, chosen), 1) as tf.Tensor2D);
}

/** Less than any value that a network gives; a finite number, so that no backend makes NaN of it. */
const lowest = -1e30;

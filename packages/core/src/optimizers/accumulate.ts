/** Gradient accumulation: one update from several small batches. */
import * as tf from '@tensorflow/tfjs-core';
import { count } from '../options.js';
import { type GradientTransformation, mapPaths, mergeSlots, type Slots, type TensorsByPath } from './transformation.js';

const slot = 'accumulated';

/** Hands the mean of every `batches` successive gradients to `inner` and leaves the parameters alone in between; `inner` counts its own updates. */
export function accumulate(batches: number, inner: GradientTransformation): GradientTransformation {
  count('accumulate', 'batches', batches);
  return {
    whole: true,
    init: (parameters) =>
      mergeSlots({ [slot]: mapPaths(parameters, (parameter) => tf.zerosLike(parameter)) }, inner.init(parameters)),
    update(gradients, { parameters, slots, count: done }) {
      const before = slots[slot] as TensorsByPath;
      const sum = mapPaths(gradients, (gradient, path) => tf.add(before[path] as tf.Tensor, gradient));
      if ((done + 1) % batches !== 0) return { updates: {}, slots: { [slot]: sum } };
      const context = { parameters, slots, count: Math.floor(done / batches) };
      const all = Object.entries({ ...before, ...sum }).filter(([path]) => path in parameters); // some may be frozen by now
      return close(Object.fromEntries(all), batches, (mean) => inner.update(mean, context));
    },
  };
}

/** The inner update on the mean, and sums that begin anew. */
function close(
  sum: TensorsByPath,
  batches: number,
  update: (mean: TensorsByPath) => { updates: TensorsByPath; slots: Slots },
) {
  const share = tf.scalar(1 / batches);
  const { updates, slots } = update(mapPaths(sum, (tensor) => tf.mul(tensor, share)));
  return { updates, slots: { ...slots, [slot]: mapPaths(sum, (tensor) => tf.zerosLike(tensor)) } };
}

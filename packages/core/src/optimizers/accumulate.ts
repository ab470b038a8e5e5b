/** Gradient accumulation: one update from several small batches. */
import * as tf from '@tensorflow/tfjs-core';
import { count } from '../options.js';
import { type GradientTransformation, mapPaths, mergeSlots, type TensorsByPath } from './transformation.js';

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
      const all = { ...before, ...sum };
      const share = tf.scalar(1 / batches);
      const open = Object.entries(all).filter(([path]) => path in parameters); // some may be frozen by now
      const mean = mapPaths(Object.fromEntries(open), (tensor) => tf.mul(tensor, share));
      const { updates, slots: next } = inner.update(mean, context);
      return { updates, slots: { ...next, [slot]: mapPaths(all, (tensor) => tf.zerosLike(tensor)) } };
    },
  };
}

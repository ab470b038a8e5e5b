/** Weight decay: parameters are drawn towards 0. */
import * as tf from '@tensorflow/tfjs-core';
import { within } from '../options.js';
import type { GradientTransformation } from './transformation.js';

/**
 * Adds `decay` times the parameter: after an adaptive scaling this is decoupled decay (arXiv:1711.05101), before it the L2 penalty.
 * `decays` says which parameters take part, by path; all unless told.
 */
export function addDecayedWeights(
  decay: number,
  decays: (path: string) => boolean = () => true,
): GradientTransformation {
  within('addDecayedWeights', 'decay', decay, 0);
  return {
    init: () => ({}),
    update(gradients, { parameters }) {
      const factor = tf.scalar(decay);
      const updates = Object.entries(gradients).map(([path, gradient]) => [
        path,
        decays(path) ? tf.add(gradient, tf.mul(parameters[path] as tf.Tensor, factor)) : gradient,
      ]);
      return { updates: Object.fromEntries(updates), slots: {} };
    },
  };
}

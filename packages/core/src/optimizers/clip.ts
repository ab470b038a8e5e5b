/** Clipping: gradients that are too large are shortened. */
import * as tf from '@tensorflow/tfjs-core';
import { within } from '../options.js';
import { type GradientTransformation, mapGradients, mapPaths, type TensorsByPath } from './transformation.js';

/** The Euclidean norm of all tensors together, as a scalar. */
export function globalNorm(tensors: TensorsByPath): tf.Scalar {
  const squares = Object.values(tensors).map((tensor) => tf.sum(tf.square(tensor)) as tf.Scalar);
  return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares));
}

/** Scales all gradients together so that their common norm is at most `maximum` (arXiv:1211.5063). */
export function clipByGlobalNorm(maximum: number): GradientTransformation {
  within('clipByGlobalNorm', 'maximum', maximum, Number.MIN_VALUE);
  return {
    init: () => ({}),
    update(gradients) {
      const factor = tf.div(maximum, tf.maximum(globalNorm(gradients), maximum));
      return { updates: mapPaths(gradients, (gradient) => tf.mul(gradient, factor)), slots: {} };
    },
  };
}

/** Limits every component to [-limit, limit]. */
export function clipByValue(limit: number): GradientTransformation {
  within('clipByValue', 'limit', limit, Number.MIN_VALUE);
  return mapGradients(() => (gradient) => tf.clipByValue(gradient, -limit, limit));
}

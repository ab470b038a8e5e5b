/** Adagrad: the more a parameter has moved, the slower it gets. */
import * as tf from '@tensorflow/tfjs-core';
import { knownOptions, within } from '../options.js';
import { scaleByLearningRate } from './scale.js';
import type { Schedule } from './schedules.js';
import { chain, type GradientTransformation, withSlots } from './transformation.js';

export interface AdagradOptions {
  learningRate: number | Schedule;
  /** Added to the denominator, 1e-10 unless told. */
  epsilon?: number;
}

/** Adagrad (Duchi, Hazan and Singer 2011), as PyTorch has it. */
export function adagrad(options: AdagradOptions): GradientTransformation {
  knownOptions('adagrad', options, ['learningRate', 'epsilon']);
  const { learningRate, epsilon } = options;
  return chain(scaleByAdagrad(epsilon), scaleByLearningRate('adagrad', learningRate));
}

/** The gradient over the root of the sum of all its squares. */
export function scaleByAdagrad(epsilon = 1e-10): GradientTransformation {
  within('scaleByAdagrad', 'epsilon', epsilon, 0);
  return withSlots(['adagrad.square'], () => {
    const floor = tf.scalar(epsilon);
    return (gradient, before) => {
      const square = tf.add(before, tf.square(gradient));
      return [tf.div(gradient, tf.add(tf.sqrt(square), floor)), square];
    };
  });
}

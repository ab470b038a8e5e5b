/** Stochastic gradient descent, plain or with momentum. */
import * as tf from '@tensorflow/tfjs-core';
import { OptionError } from '../errors.js';
import { knownOptions, within } from '../options.js';
import { scaleByLearningRate } from './scale.js';
import type { Schedule } from './schedules.js';
import { chain, type GradientTransformation, withSlots } from './transformation.js';

export interface SGDOptions {
  learningRate: number | Schedule;
  /** Share of the last step that is kept, 0 unless told. */
  momentum?: number;
  /** Looks ahead along the momentum. */
  nesterov?: boolean;
}

/** Parameters go against their gradients. */
export function sgd(options: SGDOptions): GradientTransformation {
  knownOptions('sgd', options, ['learningRate', 'momentum', 'nesterov']);
  const { learningRate, momentum = 0, nesterov = false } = options;
  if (nesterov && momentum === 0)
    throw new OptionError('sgd', '`nesterov` looks ahead along a `momentum` above 0', { hint: 'momentum: 0.9' });
  const scaling = scaleByLearningRate('sgd', learningRate);
  return momentum === 0 ? scaling : chain(trace(momentum, nesterov), scaling);
}

/** Momentum: the sum of all gradients, each `decay` times weaker with every update; Nesterov's form adds the next step's share. */
export function trace(decay: number, nesterov = false): GradientTransformation {
  within('trace', 'decay', decay, 0, 1);
  return withSlots(['trace'], () => {
    const factor = tf.scalar(decay);
    return (gradient, before) => {
      const sum = tf.add(tf.mul(before, factor), gradient);
      return [nesterov ? tf.add(tf.mul(sum, factor), gradient) : sum, sum];
    };
  });
}

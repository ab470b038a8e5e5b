/** Adam and AdamW: steps in units of each parameter's own gradient noise. */
import type * as tf from '@tensorflow/tfjs-core';
import { knownOptions, within } from '../options.js';
import { adamUpdate } from './adam-update.js';
import { scaleByLearningRate } from './scale.js';
import type { Schedule } from './schedules.js';
import { chain, type GradientTransformation, withSlots } from './transformation.js';
import { addDecayedWeights } from './weight-decay.js';

export interface AdamScaling {
  /** Decay of the mean of the gradients, 0.9 unless told. */
  beta1?: number;
  /** Decay of the mean of their squares, 0.999 unless told. */
  beta2?: number;
  /** Added to the denominator, 1e-8 unless told. */
  epsilon?: number;
}

export interface AdamOptions extends AdamScaling {
  learningRate: number | Schedule;
}

export interface AdamWOptions extends AdamOptions {
  /** Share of a parameter that one update takes away, before the learning rate; 0.01 unless told. */
  weightDecay?: number;
  /** Which parameters decay, by path; all unless told. */
  decays?: (path: string) => boolean;
}

const scaling = ['beta1', 'beta2', 'epsilon'];

/** Adam (arXiv:1412.6980). */
export function adam(options: AdamOptions): GradientTransformation {
  knownOptions('adam', options, ['learningRate', ...scaling]);
  const { learningRate, ...rest } = options;
  return chain(scaleByAdam(rest), scaleByLearningRate('adam', learningRate));
}

/** Adam with decoupled weight decay (arXiv:1711.05101). */
export function adamw(options: AdamWOptions): GradientTransformation {
  knownOptions('adamw', options, ['learningRate', 'weightDecay', 'decays', ...scaling]);
  const { learningRate, weightDecay = 0.01, decays, ...rest } = options;
  return chain(scaleByAdam(rest), addDecayedWeights(weightDecay, decays), scaleByLearningRate('adamw', learningRate));
}

/** The mean of the gradients over the root of the mean of their squares, both corrected for their start at 0. */
export function scaleByAdam(options: AdamScaling = {}): GradientTransformation {
  knownOptions('scaleByAdam', options, scaling);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  within('scaleByAdam', 'beta1', beta1, 0, 1 - Number.EPSILON);
  within('scaleByAdam', 'beta2', beta2, 0, 1 - Number.EPSILON);
  within('scaleByAdam', 'epsilon', epsilon, 0);
  return withSlots(['adam.mean', 'adam.variance'], (count) => {
    const root = Math.sqrt(1 - beta2 ** (count + 1));
    const rates = { beta1, beta2, correction: root / (1 - beta1 ** (count + 1)), floor: epsilon * root };
    return (gradient, mean, variance) =>
      adamUpdate({ gradient, mean, variance }, rates) as [tf.Tensor, tf.Tensor, tf.Tensor];
  });
}

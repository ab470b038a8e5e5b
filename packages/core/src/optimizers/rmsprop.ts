/** RMSProp: gradients in units of their recent size. */
import * as tf from '@tensorflow/tfjs-core';
import { knownOptions, within } from '../options.js';
import { scaleByLearningRate } from './scale.js';
import type { Schedule } from './schedules.js';
import { trace } from './sgd.js';
import { chain, type GradientTransformation, withSlots } from './transformation.js';

export interface RMSPropScaling {
  /** Decay of the mean of the squared gradients, 0.99 unless told. */
  decay?: number;
  /** Added to the denominator, 1e-8 unless told. */
  epsilon?: number;
  /** Divides by the deviation from the mean gradient instead of from 0 (arXiv:1308.0850). */
  centered?: boolean;
}

export interface RMSPropOptions extends RMSPropScaling {
  learningRate: number | Schedule;
  /** Share of the last step that is kept, 0 unless told. */
  momentum?: number;
}

const scaling = ['decay', 'epsilon', 'centered'];

/** RMSProp (Tieleman and Hinton 2012), as PyTorch has it. */
export function rmsprop(options: RMSPropOptions): GradientTransformation {
  knownOptions('rmsprop', options, ['learningRate', 'momentum', ...scaling]);
  const { learningRate, momentum = 0, ...rest } = options;
  const rate = scaleByLearningRate('rmsprop', learningRate);
  return momentum === 0 ? chain(scaleByRMSProp(rest), rate) : chain(scaleByRMSProp(rest), trace(momentum), rate);
}

/** The gradient over the root of the mean of its squares. */
export function scaleByRMSProp(options: RMSPropScaling = {}): GradientTransformation {
  knownOptions('scaleByRMSProp', options, scaling);
  const { decay = 0.99, epsilon = 1e-8, centered = false } = options;
  within('scaleByRMSProp', 'decay', decay, 0, 1);
  within('scaleByRMSProp', 'epsilon', epsilon, 0);
  const average = () => {
    const [keep, add] = [tf.scalar(decay), tf.scalar(1 - decay)];
    return (before: tf.Tensor, value: tf.Tensor) => tf.add(tf.mul(before, keep), tf.mul(value, add));
  };
  if (!centered) {
    return withSlots(['rmsprop.square'], () => {
      const [mean, floor] = [average(), tf.scalar(epsilon)];
      return (gradient, squareBefore) => {
        const square = mean(squareBefore, tf.square(gradient));
        return [tf.div(gradient, tf.add(tf.sqrt(square), floor)), square];
      };
    });
  }
  return withSlots(['rmsprop.square', 'rmsprop.mean'], () => {
    const [mean, floor] = [average(), tf.scalar(epsilon)];
    return (gradient, squareBefore, meanBefore) => {
      const square = mean(squareBefore, tf.square(gradient));
      const centre = mean(meanBefore, gradient);
      const deviation = tf.sqrt(tf.relu(tf.sub(square, tf.square(centre)))); // rounding may bring it below 0
      return [tf.div(gradient, tf.add(deviation, floor)), square, centre];
    };
  });
}

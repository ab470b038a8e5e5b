/** The last part of most chains: how far to go. */
import * as tf from '@tensorflow/tfjs-core';
import { OptionError, show } from '../errors.js';
import { within } from '../options.js';
import type { Schedule } from './schedules.js';
import { type GradientTransformation, mapGradients } from './transformation.js';

/** Multiplies by `factor`. */
export function scale(factor: number): GradientTransformation {
  return scaleBySchedule(() => factor);
}

/** Multiplies by what the schedule says for this update. */
export function scaleBySchedule(schedule: Schedule): GradientTransformation {
  return mapGradients(({ count }) => {
    const factor = tf.scalar(within('scaleBySchedule', `schedule(${count})`, schedule(count), -Infinity));
    return (gradient) => tf.mul(gradient, factor);
  });
}

/** Multiplies by a learning rate that is a number or a schedule. */
export function scaleByLearningRate(where: string, learningRate: number | Schedule): GradientTransformation {
  if (typeof learningRate === 'function') return scaleBySchedule(learningRate);
  if (typeof learningRate !== 'number') {
    throw new OptionError(where, `\`learningRate\` must be a number or a schedule, got ${show(learningRate)}`);
  }
  return scale(within(where, 'learningRate', learningRate, 0));
}

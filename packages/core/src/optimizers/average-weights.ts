/** Weight averaging: a second, smoother set of weights for evaluation. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import type { Module } from '../module.js';
import { within } from '../options.js';
import type { Optimizer } from './optimizer.js';
import type { Schedule } from './schedules.js';
import { type GradientTransformation, mapPaths, type TensorsByPath } from './transformation.js';

const slot = 'average';

/**
 * Last in a chain: keeps average ← decay·average + (1 − decay)·parameter and passes the updates on. A number gives an exponential
 * average (0.999), the schedule `(count) => count / (count + 1)` the plain mean of all weights so far (Polyak).
 */
export function averageWeights(decay: number | Schedule): GradientTransformation {
  const schedule = typeof decay === 'number' ? () => decay : decay;
  within('averageWeights', 'decay', schedule(0), 0, 1);
  return {
    whole: true,
    init: (parameters) => ({ [slot]: mapPaths(parameters, (parameter) => tf.clone(parameter)) }),
    update(updates, { parameters, slots, count }) {
      const share = tf.scalar(1 - within('averageWeights', `decay(${count})`, schedule(count), 0, 1));
      const average = mapPaths(updates, (update, path) => {
        const before = slots[slot]?.[path] as tf.Tensor;
        const next = tf.sub(parameters[path] as tf.Tensor, update);
        return tf.add(before, tf.mul(tf.sub(next, before), share));
      });
      return { updates, slots: { [slot]: average } };
    },
  };
}

/** Runs `body` while the model has its averaged weights, for evaluation or saving, and puts the trained ones back. */
export async function withAveragedWeights<T>(
  optimizer: Optimizer,
  model: Module,
  body: () => T | Promise<T>,
): Promise<T> {
  const average: TensorsByPath | undefined = optimizer.slots[slot];
  if (!average) {
    throw new UsageError('withAveragedWeights', 'the optimiser has no averaged weights yet', {
      hint: 'end its chain with averageWeights(0.999) and train at least one step',
    });
  }
  const swapped = [...model.namedVariables()].filter(([path]) => path in average);
  const trained = swapped.map(([, variable]) => tf.keep(tf.clone(variable)));
  for (const [path, variable] of swapped) variable.assign(average[path] as tf.Tensor);
  try {
    return await body();
  } finally {
    for (const [i, [, variable]] of swapped.entries()) variable.assign(trained[i] as tf.Tensor);
    tf.dispose(trained);
  }
}

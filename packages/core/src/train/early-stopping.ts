/** Callback: ends training when it no longer helps. */
import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../module.js';
import { count, knownOptions, oneOf } from '../options.js';
import type { TrainEvent } from './events.js';
import type { Callback } from './fit.js';
import { better, metricOf } from './run.js';

export interface EarlyStoppingOptions {
  /** One of the metrics of `evaluate`, or 'meanLoss'. */
  metric: string;
  mode: 'min' | 'max';
  /** Epochs without a better value that are waited for. */
  patience: number;
  /** Gives the model the parameters of the best epoch at the end; true unless told. */
  restoreBest?: boolean;
}

/** Stops after `patience` epochs without a better metric. */
export function earlyStopping(options: EarlyStoppingOptions): Callback {
  knownOptions('earlyStopping', options, ['metric', 'mode', 'patience', 'restoreBest']);
  const { metric, mode, patience, restoreBest = true } = options;
  oneOf('earlyStopping', 'mode', mode, ['min', 'max']);
  count('earlyStopping', 'patience', patience);
  let best: number | null = null;
  let restore = () => {};
  let waited = 0;
  return async (event, model) => {
    if (event.type === 'stopped' || event.type === 'diverged') {
      restore();
      [best, waited, restore] = [null, 0, () => {}];
    }
    const value = watched(event, metric);
    if (value === undefined) return undefined;
    if (better(mode, value, best)) {
      best = value;
      waited = 0;
      if (restoreBest) restore = await remember(model);
      return undefined;
    }
    return ++waited >= patience ? { stop: `no better ${metric} for ${patience} epochs` } : undefined;
  };
}

function watched(event: TrainEvent, metric: string): number | undefined {
  if (metric === 'meanLoss') return event.type === 'epoch' ? event.meanLoss : undefined;
  return event.type === 'evaluation' ? metricOf('earlyStopping', event.metrics, metric) : undefined;
}

/** Downloads the parameters, so that nothing has to be freed, and returns what puts them back. */
async function remember(model: Module): Promise<() => void> {
  const variables = Array.from(model.namedVariables(), ([, variable]) => variable);
  const values = await Promise.all(variables.map(async (variable) => (await variable.data()).slice()));
  return () => {
    for (const [i, variable] of variables.entries()) {
      tf.tidy(() => variable.assign(tf.tensor(values[i]!, variable.shape, variable.dtype)));
    }
  };
}

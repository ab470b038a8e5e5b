/** What training needs to know. */
import type * as tf from '@tensorflow/tfjs-core';
import type { JsonValue } from '../checkpoint/sealed-file.js';
import type { Dataset } from '../dataset.js';
import { OptionError, show, UsageError } from '../errors.js';
import { isModule, type Module } from '../module.js';
import { count, knownOptions, oneOf } from '../options.js';
import type { Rng } from '../rng.js';
import { type Storage, storageName } from '../storage/storage.js';
import type { AnyOptimizer } from './updater.js';

export interface TrainOptions<Batch> {
  model: Module;
  /** Batches; iterated once an epoch. Tensors found in a batch are disposed after its step. */
  data: Dataset<Batch>;
  /** The mean loss of a batch, computed with `model` inside a tidy; the model is in training mode only while this runs. */
  loss(batch: Batch): tf.Scalar;
  optimizer: AnyOptimizer;
  epochs: number;
  /** Runs after every epoch, in evaluation mode. */
  evaluate?(epoch: number): Metrics | Promise<Metrics>;
  checkpoints?: CheckpointPolicy;
  /** Stops after the step that runs, with the model as that step left it. */
  signal?: AbortSignal;
}

export type Metrics = Readonly<Record<string, number>>;

/** Saves after every epoch, exactly enough to go on later as if nothing had happened. */
export interface CheckpointPolicy {
  storage: Storage;
  name: string;
  /** Goes on from the checkpoint of this name when there is one. */
  resume?: boolean;
  /** Saves after every so many steps too. */
  everySteps?: number;
  /** Keeps the epoch with the best metric as well, under `<name>-best`; the metric is one of `evaluate` or 'meanLoss'. */
  best?: { metric: string; mode: 'min' | 'max' };
  /** The random streams that `data` draws from. */
  streams?: Readonly<Record<string, Rng>>;
  /** What one needs to build the model again; `readConfig` gives it back. */
  config?: JsonValue;
  /** What `loss` carries from batch to batch beside the model: variables of its own (`CarriedState` of layers). */
  carried?: Module;
}

const where = 'train';

/** Throws an OptionError or UsageError that names what is wrong. */
export function checkTrainOptions(options: TrainOptions<unknown>): void {
  const known = ['model', 'data', 'loss', 'optimizer', 'epochs', 'evaluate', 'checkpoints', 'signal'];
  knownOptions(where, options, known);
  const { model, data, loss, optimizer, epochs, evaluate, checkpoints } = options;
  if (!isModule(model)) throw new OptionError(where, `\`model\` must be a Module, got ${show(model)}`);
  if (typeof data?.[Symbol.asyncIterator] !== 'function') {
    throw new OptionError(where, '`data` must be a Dataset', { hint: 'dataset(batches) makes one of an array' });
  }
  if (typeof loss !== 'function') throw new OptionError(where, `\`loss\` must be a function, got ${show(loss)}`);
  if (evaluate !== undefined && typeof evaluate !== 'function') {
    throw new OptionError(where, `\`evaluate\` must be a function, got ${show(evaluate)}`);
  }
  if (typeof optimizer !== 'object' || optimizer === null) {
    throw new OptionError(where, `\`optimizer\` must be an optimiser, got ${show(optimizer)}`, {
      hint: 'for example adam({ learningRate: 1e-3 })',
    });
  }
  count(where, 'epochs', epochs, 0);
  if (checkpoints !== undefined) checkPolicy(checkpoints);
}

/** What `checkpoints` may say of a tfjs optimiser: nothing, its state cannot be restored exactly. */
export function noCheckpoints(): UsageError {
  return new UsageError(where, 'the state of a tfjs optimiser cannot be resumed exactly, so it has no checkpoints', {
    hint: 'use one of ours: adam, adamw, sgd, rmsprop, adagrad',
  });
}

function checkPolicy(policy: CheckpointPolicy): void {
  const at = 'train.checkpoints';
  knownOptions(at, policy, ['storage', 'name', 'resume', 'everySteps', 'best', 'streams', 'config', 'carried']);
  storageName(at, policy.best ? `${policy.name}-best` : policy.name);
  if (typeof policy.storage?.write !== 'function') {
    throw new OptionError(at, '`storage` must be a Storage', { hint: 'for example memoryStorage()' });
  }
  if (policy.everySteps !== undefined) count(at, 'everySteps', policy.everySteps);
  if (policy.best === undefined) return;
  knownOptions(`${at}.best`, policy.best, ['metric', 'mode']);
  oneOf(`${at}.best`, 'mode', policy.best.mode, ['min', 'max']);
}

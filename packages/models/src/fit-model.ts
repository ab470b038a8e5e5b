/** How a ready model learns: batches by length, Adam with a rate that rises and falls, the best epoch kept. */
import {
  adam,
  type Callback,
  type CheckpointPolicy,
  chain,
  clipByGlobalNorm,
  count,
  DataError,
  dataset,
  earlyStopping,
  type FitResult,
  fit,
  type GradientTransformation,
  knownOptions,
  loadWeights,
  Optimizer,
  type Schedule,
  within,
} from '@seqloom/core';
import { bucketByLength, pipe } from '@seqloom/data';
import type * as tf from '@tensorflow/tfjs-core';
import type { ReadyModel } from './ready-model.js';

export interface FitOptions<Example> {
  /** 10 unless told. */
  epochs?: number;
  /** Examples that are learnt from together; 32 unless told. */
  batchSize?: number;
  /** Adam's rate at its peak, 2e-3 unless told: it rises over the first twentieth of all steps and then falls to 0. Gradients are clipped to a norm of 5. */
  learningRate?: number;
  /** Instead of that Adam. */
  optimizer?: GradientTransformation;
  /** Measured after every epoch; the model of the best epoch is kept. */
  dev?: readonly Example[];
  callbacks?: readonly Callback[];
  /** Saves after every epoch, and goes on from there with `resume`. */
  checkpoints?: Pick<CheckpointPolicy, 'storage' | 'name' | 'resume' | 'everySteps'>;
  /** Stops after the step that runs. */
  signal?: AbortSignal;
}

/** What is learnt from: the model's own examples, or pieces of them. */
export interface Lesson<Piece> {
  readonly examples: readonly Piece[];
  /** The mean loss of a batch that follows `done` others → scalar. */
  loss(batch: readonly Piece[], done: number): tf.Scalar;
  lengthOf(example: Piece): number;
}

/** Trains `model`; shuffles by a stream split from the model's own. */
export async function fitModel<Example, Piece>(
  model: ReadyModel<Example>,
  lesson: Lesson<Piece>,
  options: FitOptions<Example>,
): Promise<FitResult> {
  const { examples } = lesson;
  const { epochs, batchSize, optimizer, dev, callbacks, checkpoints, signal } = checked(model, examples, options);
  const rng = model.rng.split();
  const length = (example: Piece) => lesson.lengthOf(example);
  const data = pipe(dataset(examples), bucketByLength({ length, batchSize, rng }));
  const best = dev ? model.criterion : undefined;
  const policy = checkpoints && {
    ...checkpoints,
    ...(best ? { best } : {}),
    streams: { batches: rng },
    config: model.config(),
  };
  const evaluate = dev ? () => model.evaluate(dev) : undefined;
  const keepBest = best && !checkpoints ? [earlyStopping({ ...best, patience: Math.max(1, epochs) })] : [];
  const loss = (batch: Piece[]) => lesson.loss(batch, optimizer.count);
  try {
    const task = { model, data, loss, optimizer, epochs, evaluate, signal };
    const result = await fit(policy ? { ...task, checkpoints: policy } : task, [...callbacks, ...keepBest]);
    const kept = best && (await checkpoints?.storage.read(`${checkpoints.name}-best`));
    if (kept) await loadWeights(model, kept);
    return result;
  } finally {
    optimizer.dispose();
  }
}

function checked<Example>(model: ReadyModel<Example>, examples: readonly unknown[], options: FitOptions<Example>) {
  const where = `${model.constructor.name}.fit`;
  const { epochs = 10, batchSize = 32, learningRate = 2e-3, dev, callbacks = [], checkpoints, signal } = options;
  knownOptions(where, options, known);
  count(where, 'epochs', epochs, 0);
  count(where, 'batchSize', batchSize);
  within(where, 'learningRate', learningRate, 0);
  for (const [name, list] of Object.entries({ examples, dev })) {
    if (list === undefined || (Array.isArray(list) && list.length > 0)) continue;
    throw new DataError(where, `\`${name}\` must be a list of at least one example`);
  }
  if (checkpoints) knownOptions(`${where}.checkpoints`, checkpoints, ['storage', 'name', 'resume', 'everySteps']);
  const steps = epochs * Math.ceil(examples.length / batchSize);
  const transformation =
    options.optimizer ?? chain(clipByGlobalNorm(5), adam({ learningRate: risingAndFalling(learningRate, steps) }));
  return { epochs, batchSize, dev, callbacks, checkpoints, signal, optimizer: new Optimizer(transformation) };
}

const known = ['epochs', 'batchSize', 'learningRate', 'optimizer', 'dev', 'callbacks', 'checkpoints', 'signal'];

function risingAndFalling(peak: number, steps: number): Schedule {
  const rise = Math.max(1, steps / 20);
  return (done) => peak * Math.min((done + 1) / rise, 1) * Math.max(0, 1 - done / steps);
}

/** How a ready model learns: batches by length, Adam with a rate that rises and falls, the best epoch kept. */
import {
  accumulate,
  adam,
  type Callback,
  type CheckpointPolicy,
  chain,
  clipByGlobalNorm,
  count,
  DataError,
  type Dataset,
  earlyStopping,
  type FitResult,
  fit,
  type GradientTransformation,
  knownOptions,
  loadWeights,
  type Module,
  Optimizer,
  Rng,
  type Schedule,
  within,
} from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type BatchBudget, type BatchSize, batchBudget } from './batch-size.js';
import type { ReadyModel } from './ready-model.js';

export interface FitOptions<Example> {
  /** 10 unless told. */
  epochs?: number;
  /** Examples that are learnt from together, 32 unless told; or what a batch may hold: `{ tokens: 4000, accumulate: 2 }`. */
  batchSize?: BatchSize;
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
  /** The batches of an epoch, whose order is drawn from `rng`; iterating again makes others. */
  batches(budget: BatchBudget, rng: Rng): Dataset<readonly Piece[]>;
  /** The mean loss of a batch that follows `done` others → scalar. */
  loss(batch: readonly Piece[], done: number): tf.Scalar;
  /** What the loss carries from batch to batch. */
  readonly carried?: Module;
}

/** Trains `model` on `examples`, as the lesson has them; shuffles by a stream split from the model's own. */
export async function fitModel<Example, Piece>(
  model: ReadyModel<Example>,
  examples: readonly Example[],
  lesson: Lesson<Piece>,
  options: FitOptions<Example>,
): Promise<FitResult> {
  const { epochs, budget, dev, callbacks, checkpoints, signal } = checked(model, examples, options);
  const rng = model.rng.split();
  const data = lesson.batches(budget, rng);
  const optimizer = new Optimizer(await transformation(epochs, budget, lesson, options));
  const best = dev ? model.criterion : undefined;
  const policy = checkpoints && {
    ...checkpoints,
    ...(best ? { best } : {}),
    streams: { batches: rng },
    config: model.config(),
    ...(lesson.carried ? { carried: lesson.carried } : {}),
  };
  const evaluate = dev ? () => model.evaluate(dev) : undefined;
  const keepBest = best && !checkpoints ? [earlyStopping({ ...best, patience: Math.max(1, epochs) })] : [];
  const loss = (batch: readonly Piece[]) => lesson.loss(batch, optimizer.count);
  try {
    const task = { model, data, loss, optimizer, epochs, evaluate, signal };
    const bestName = `${checkpoints?.name}-best`;
    let written = checkpoints?.resume === true; // what lies there else is another run's
    const note: Callback = (event) => {
      if (event.type === 'checkpoint' && event.name === bestName) written = true;
    };
    const all = [...callbacks, ...keepBest, note];
    const result = await fit(policy ? { ...task, checkpoints: policy } : task, all);
    const kept = best && written && (await checkpoints?.storage.read(bestName));
    if (kept) await loadWeights(model, kept);
    return result;
  } finally {
    optimizer.dispose();
  }
}

function checked<Example>(model: ReadyModel<Example>, examples: readonly unknown[], options: FitOptions<Example>) {
  const where = `${model.constructor.name}.fit`;
  knownOptions(where, options, known);
  const { epochs = 10, batchSize, learningRate = 0, dev, callbacks = [], checkpoints, signal } = options;
  count(where, 'epochs', epochs, 0);
  within(where, 'learningRate', learningRate, 0);
  for (const [name, list] of Object.entries({ examples, dev })) {
    if (list === undefined || (Array.isArray(list) && list.length > 0)) continue;
    throw new DataError(where, `\`${name}\` must be a list of at least one example`);
  }
  if (checkpoints) knownOptions(`${where}.checkpoints`, checkpoints, ['storage', 'name', 'resume', 'everySteps']);
  return { epochs, budget: batchBudget(where, batchSize), dev, callbacks, checkpoints, signal };
}

/** The optimiser that was given, or Adam with a rate for as many steps as there will be. */
async function transformation<Example, Piece>(
  epochs: number,
  budget: ReturnType<typeof batchBudget>,
  lesson: Lesson<Piece>,
  { optimizer, learningRate = 2e-3 }: FitOptions<Example>,
): Promise<GradientTransformation> {
  const whole = (inner: GradientTransformation) =>
    budget.accumulate > 1 ? accumulate(budget.accumulate, inner) : inner;
  if (optimizer) return whole(optimizer);
  let batches = 0;
  for await (const _ of lesson.batches(budget, new Rng(0))) batches++;
  const steps = (epochs * batches) / budget.accumulate;
  return whole(chain(clipByGlobalNorm(5), adam({ learningRate: risingAndFalling(learningRate, steps) })));
}

const known = ['epochs', 'batchSize', 'learningRate', 'optimizer', 'dev', 'callbacks', 'checkpoints', 'signal'];

function risingAndFalling(peak: number, steps: number): Schedule {
  const rise = Math.max(1, steps / 20);
  return (done) => peak * Math.min((done + 1) / rise, 1) * Math.max(0, 1 - done / steps);
}

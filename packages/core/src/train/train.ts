/** Training as a stream of events: whoever pulls them sets the pace. */
import * as tf from '@tensorflow/tfjs-core';
import { DataError, show, UsageError } from '../errors.js';
import { checkBatch, disposeBatch } from './batch-tensors.js';
import type { DivergedEvent, EpochEvent, EvaluationEvent, StepEvent, TrainEvent } from './events.js';
import { batchGradients } from './gradients.js';
import { enterMode } from './mode.js';
import type { Metrics, TrainOptions } from './options.js';
import { dataStreamStates, improves, newRun, type Run, resume, save } from './run.js';

/**
 * Trains `model`, one event at a time. Not pulling pauses; `signal` or `return()` ends the run and leaves the model as the last step
 * left it. An epoch is saved behind its events 'epoch' and 'evaluation': `return()` at these leaves it unsaved, `signal` does not.
 * A loss or gradient that is not finite never reaches the parameters: the event 'diverged' is followed by a UsageError.
 */
export async function* train<Batch>(options: TrainOptions<Batch>): AsyncGenerator<TrainEvent, void, void> {
  const run = newRun(options);
  try {
    await resume(run);
    while (run.progress.epoch < options.epochs) {
      const seconds = stopwatch();
      yield* learnEpoch(run);
      if (options.signal?.aborted) return yield stopped(run, 'aborted');
      yield* closeEpoch(run, seconds);
    }
    yield stopped(run, 'finished');
  } finally {
    run.updater.release();
  }
}

async function* learnEpoch<Batch>(run: Run<Batch>): AsyncGenerator<TrainEvent> {
  const { data, signal, checkpoints } = run.options;
  if (signal?.aborted) return;
  const done = run.progress.batch;
  if (done === 0) run.progress.epochStreams = dataStreamStates(run);
  let index = 0;
  let seconds = stopwatch();
  for await (const batch of data) {
    if (signal?.aborted) return disposeBatch(batch);
    if (index++ < done) {
      disposeBatch(batch);
      if (index === done) run.restoreStreams();
      continue;
    }
    const event = await learn(run, batch, seconds);
    yield event;
    if (event.type === 'diverged') throw diverged(event);
    if (checkpoints?.everySteps && event.step % checkpoints.everySteps === 0) yield await save(run, checkpoints.name);
    if (signal?.aborted) return; // the next batch may be long in coming
    seconds = stopwatch();
  }
  if (!signal?.aborted && (index === 0 || index < done)) throw tooFewBatches(index, done);
}

/** One step, unless it would spoil the parameters. */
async function learn<Batch>(run: Run<Batch>, batch: Batch, seconds: () => number): Promise<StepEvent | DivergedEvent> {
  const { progress, updater, options } = run;
  let made: tf.TensorContainer = {};
  try {
    checkBatch(batch);
    if (options.model.disposed) throw new UsageError('train', 'the model is disposed');
    const parameters = Object.fromEntries(options.model.trainableVariables());
    if (Object.keys(parameters).length === 0) throw nothingToTrain();
    const { gradients, summary } = batchGradients(options.model, parameters, () => options.loss(batch));
    made = [gradients, summary];
    const [loss, gradientNorm] = (await summary.data()) as unknown as [number, number];
    const { step, epoch } = progress;
    if (!Number.isFinite(loss + gradientNorm)) return { type: 'diverged', step, epoch, loss, gradientNorm };
    updater.apply(gradients, parameters);
    progress.step++;
    progress.batch++;
    progress.lossSum += loss;
    return { type: 'step', step: step + 1, epoch, loss, gradientNorm, seconds: seconds() };
  } finally {
    tf.dispose(made);
    disposeBatch(batch);
  }
}

async function* closeEpoch<Batch>(run: Run<Batch>, seconds: () => number): AsyncGenerator<TrainEvent> {
  const { progress, options } = run;
  const { epoch } = progress;
  const meanLoss = progress.lossSum / progress.batch;
  yield { type: 'epoch', epoch, meanLoss, seconds: seconds() } satisfies EpochEvent;
  const evaluation = options.evaluate && (await evaluate(options, epoch));
  if (evaluation) yield evaluation;
  Object.assign(progress, { epoch: epoch + 1, batch: 0, lossSum: 0, epochStreams: dataStreamStates(run) });
  if (!options.checkpoints) return;
  const best = improves(run, { meanLoss, ...evaluation?.metrics });
  yield await save(run, options.checkpoints.name);
  if (best) yield await save(run, `${options.checkpoints.name}-best`);
}

async function evaluate(options: TrainOptions<unknown>, epoch: number): Promise<EvaluationEvent> {
  const seconds = stopwatch();
  const restore = enterMode(options.model, false);
  let metrics: Metrics | undefined;
  try {
    metrics = await options.evaluate?.(epoch);
  } finally {
    restore();
  }
  const numbers = typeof metrics === 'object' && metrics !== null ? Object.values(metrics) : [undefined];
  if (numbers.every((value) => typeof value === 'number')) {
    return { type: 'evaluation', epoch, metrics: { ...metrics }, seconds: seconds() };
  }
  throw new UsageError('train', `\`evaluate\` must return a record of numbers, got ${show(metrics)}`);
}

function stopped(run: Run<unknown>, reason: string): TrainEvent {
  return { type: 'stopped', reason, step: run.progress.step };
}

function diverged({ step, epoch, loss, gradientNorm }: DivergedEvent): UsageError {
  const what = Number.isFinite(loss) ? `the gradient norm is ${gradientNorm}` : `the loss is ${loss}`;
  return new UsageError('train', `training diverged: after step ${step} (epoch ${epoch}) ${what}`, {
    hint: 'the model still has its last good parameters; lower the learning rate, clip the gradients, look for log(0) or 0/0',
  });
}

function nothingToTrain(): UsageError {
  return new UsageError('train', 'the model has no trainable parameters', {
    hint: 'parameters are public fields of type tf.Variable; freeze(false) makes frozen ones trainable',
  });
}

function tooFewBatches(found: number, done: number): DataError {
  if (found === 0) return new DataError('train', 'the data are empty', { hint: 'an epoch needs at least one batch' });
  return new DataError('train', `the data have ${found} batches, but the checkpoint was made after ${done}`, {
    hint: 'resume with the same data',
  });
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

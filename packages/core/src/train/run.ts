/** One run of training: what it was asked for, what it updates, and how far it has come. */
import { type CheckpointNotes, prepareCheckpoint, saveCheckpoint, type Trained } from '../checkpoint/checkpoint.js';
import type { JsonValue } from '../checkpoint/sealed-file.js';
import { prepareStreams, streamStates } from '../checkpoint/streams.js';
import { OptionError, show } from '../errors.js';
import type { Rng } from '../rng.js';
import type { CheckpointEvent } from './events.js';
import { checkTrainOptions, type Metrics, noCheckpoints, type TrainOptions } from './options.js';
import { newProgress, type Progress, readProgress } from './progress.js';
import { type Updater, updaterOf } from './updater.js';

export interface Run<Batch> {
  readonly options: TrainOptions<Batch>;
  readonly updater: Updater;
  progress: Progress;
  /** Brings the data's random streams, which the model may share, to where the checkpoint had them, once the batches that are done are skipped. */
  restoreStreams: () => void;
}

export function newRun<Batch>(options: TrainOptions<Batch>): Run<Batch> {
  checkTrainOptions(options);
  const updater = updaterOf(options.optimizer);
  if (options.checkpoints && !updater.optimizer) throw noCheckpoints();
  return { options, updater, progress: newProgress(), restoreStreams() {} };
}

/** Goes back to the checkpoint, when one is wanted and there is one. */
export async function resume(run: Run<unknown>): Promise<void> {
  const { checkpoints } = run.options;
  if (!checkpoints?.resume) return;
  const bytes = await checkpoints.storage.read(checkpoints.name);
  if (!bytes) return;
  const { progress: saved, commit } = await prepareCheckpoint(trained(run), bytes);
  const progress = readProgress(saved);
  const rewind = prepareStreams(dataStreams(run), progress.epochStreams);
  run.restoreStreams = prepareStreams(dataStreams(run), progress.streams);
  commit();
  rewind();
  run.progress = progress;
}

/** The states of the data's streams now. */
export function dataStreamStates(run: Run<unknown>): Progress['streams'] {
  return streamStates(dataStreams(run));
}

/** Writes everything under `name`. */
export async function save(run: Run<unknown>, name: string): Promise<CheckpointEvent> {
  const progress: Progress = { ...run.progress, streams: dataStreamStates(run) };
  const notes: CheckpointNotes = {
    progress: progress as unknown as JsonValue,
    config: run.options.checkpoints?.config ?? null,
  };
  await run.options.checkpoints?.storage.write(name, await saveCheckpoint(trained(run), notes));
  return { type: 'checkpoint', name, step: run.progress.step };
}

/** Whether this epoch is the best so far; remembers it when it is. */
export function improves(run: Run<unknown>, metrics: Metrics): boolean {
  const watched = run.options.checkpoints?.best;
  if (!watched) return false;
  const value = metricOf('train.checkpoints.best', metrics, watched.metric);
  if (!better(watched.mode, value, run.progress.best)) return false;
  run.progress.best = value;
  return true;
}

/** The metric of that name; throws an OptionError that lists those there are. */
export function metricOf(where: string, metrics: Metrics, name: string): number {
  const value = metrics[name];
  if (value !== undefined) return value;
  const hint = `there are: ${Object.keys(metrics).join(', ')}`;
  throw new OptionError(where, `there is no metric ${show(name)}`, { hint });
}

export function better(mode: 'min' | 'max', value: number, best: number | null): boolean {
  if (Number.isNaN(value)) return false;
  return best === null || (mode === 'min' ? value < best : value > best);
}

function trained({ options, updater }: Run<unknown>): Trained {
  if (!updater.optimizer) throw noCheckpoints();
  return { model: options.model, optimizer: updater.optimizer, carried: options.checkpoints?.carried };
}

function dataStreams(run: Run<unknown>): [name: string, stream: Rng][] {
  return Object.entries(run.options.checkpoints?.streams ?? {});
}

/** How far a run has come, as it stands in a checkpoint. */
import type { StreamStates } from '../checkpoint/streams.js';
import { CheckpointError } from '../errors.js';

export interface Progress {
  /** Steps done. */
  step: number;
  /** Epochs done. */
  epoch: number;
  /** Batches done in the epoch that runs, and the sum of their losses. */
  batch: number;
  lossSum: number;
  /** The best value so far of the metric that is watched. */
  best: number | null;
  /** The data's random streams as they were when the epoch began, and as they are. */
  epochStreams: StreamStates;
  streams: StreamStates;
}

export function newProgress(): Progress {
  return { step: 0, epoch: 0, batch: 0, lossSum: 0, best: null, epochStreams: {}, streams: {} };
}

/** The progress that `train` saved; throws a CheckpointError for a checkpoint of another origin. */
export function readProgress(value: unknown): Progress {
  const progress = value as Progress | null;
  const counters = [progress?.step, progress?.epoch, progress?.batch];
  if (progress && counters.every(isCount) && Number.isFinite(progress.lossSum)) return { ...progress };
  throw new CheckpointError('train', 'the checkpoint does not say where training stood', {
    hint: 'it was not written by train: load it with loadCheckpoint',
  });
}

function isCount(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 0;
}

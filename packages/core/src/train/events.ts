/** What training tells, as plain data that can be posted between threads. */

/** One batch was learnt from. */
export interface StepEvent {
  type: 'step';
  /** Steps done since training began, resumed ones included. */
  step: number;
  /** The epoch it belongs to, from 0. */
  epoch: number;
  loss: number;
  /** Euclidean norm of all gradients together, before any clipping. */
  gradientNorm: number;
  /** Wall time, the wait for the batch included. */
  seconds: number;
}

/** All data were seen once more. */
export interface EpochEvent {
  type: 'epoch';
  epoch: number;
  meanLoss: number;
  seconds: number;
}

/** `evaluate` answered. */
export interface EvaluationEvent {
  type: 'evaluation';
  epoch: number;
  metrics: Readonly<Record<string, number>>;
  seconds: number;
}

/** A checkpoint was written. */
export interface CheckpointEvent {
  type: 'checkpoint';
  name: string;
  step: number;
}

/** The loss or a gradient of the next step is not finite; the parameters are those of `step`, and an error follows. */
export interface DivergedEvent {
  type: 'diverged';
  step: number;
  epoch: number;
  loss: number;
  gradientNorm: number;
}

/** The last event of a run without errors. */
export interface StoppedEvent {
  type: 'stopped';
  /** 'finished', 'aborted' by the signal, or what a callback of `fit` gave as its reason. */
  reason: string;
  step: number;
}

export type TrainEvent = StepEvent | EpochEvent | EvaluationEvent | CheckpointEvent | DivergedEvent | StoppedEvent;

/** Training: events, callbacks, and what they need to know. */

export type { EarlyStoppingOptions } from './early-stopping.js';
export { earlyStopping } from './early-stopping.js';
export type {
  CheckpointEvent,
  DivergedEvent,
  EpochEvent,
  EvaluationEvent,
  StepEvent,
  StoppedEvent,
  TrainEvent,
} from './events.js';
export type { Callback, CallbackAnswer, FitResult } from './fit.js';
export { fit } from './fit.js';
export type { CheckpointPolicy, Metrics, TrainOptions } from './options.js';
export type { ProgressOptions } from './report-progress.js';
export { progress } from './report-progress.js';
export { train } from './train.js';
export type { AnyOptimizer } from './updater.js';

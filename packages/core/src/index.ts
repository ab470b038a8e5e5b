/** @seqloom/core: the contracts, the training loop, optimisers, checkpoints and backends. */

// Models

export type { Initializer } from './initializers.js';
export { constant, glorotUniform, heUniform, normal, ones, orthogonal, uniform, zeros } from './initializers.js';
export { isModule, Module } from './module.js';
export { parameter } from './parameter.js';

// Sequences and what runs over them

export type { Cell, RecurrentLayer, SequenceLayer, State } from './cell.js';
export { carry, mapState, stateTensors } from './cell.js';
export type { Alignment, Attended, AttendOptions, Attends, Memory, Normalizer, Scorer } from './scorer.js';
export type { Sequence } from './sequence.js';
export { asMask, keepWhere, lengthMask, sequence, zeroPadding } from './sequence.js';

// Ops

export type { DimsEntry } from './dims.js';
export { dims } from './dims.js';
export { chunks } from './math/chunks.js';
export { detach } from './math/detach.js';
export { logSumExp } from './math/log-sum-exp.js';
export { tidied } from './math/tidied.js';
export type { Attributes, FusedPair, Gradient, Op, OpDefinition, Tensors } from './op.js';
export { defineOp } from './op.js';

// Training

export type {
  CheckpointNotes,
  FileKind,
  FloatFormat,
  JsonValue,
  StoredTensor,
  StoredType,
  StoredValues,
  TensorFile,
  Trained,
} from './checkpoint/index.js';
export {
  loadCheckpoint,
  loadWeights,
  readConfig,
  readSafetensors,
  saveCheckpoint,
  saveWeights,
  writeSafetensors,
} from './checkpoint/index.js';
export type {
  AdagradOptions,
  AdamOptions,
  AdamScaling,
  AdamWOptions,
  GradientTransformation,
  OptimizerState,
  RMSPropOptions,
  RMSPropScaling,
  Schedule,
  SGDOptions,
  Slots,
  TensorsByPath,
  Update,
  UpdateContext,
  VariablesByPath,
} from './optimizers/index.js';
export {
  accumulate,
  adagrad,
  adam,
  adamw,
  addDecayedWeights,
  averageWeights,
  chain,
  clipByGlobalNorm,
  clipByValue,
  constantRate,
  cosineDecay,
  exponentialDecay,
  globalNorm,
  joinSchedules,
  Optimizer,
  rmsprop,
  scale,
  scaleByAdagrad,
  scaleByAdam,
  scaleByRMSProp,
  scaleBySchedule,
  sgd,
  stepDecay,
  trace,
  warmup,
  warmupCosine,
  withAveragedWeights,
} from './optimizers/index.js';
export { gatherRows } from './rows/gather-rows.js';
export type { GradientsByPath, RowGradient } from './rows/row-gradient.js';
export type { Storage } from './storage/index.js';
export { indexedDBStorage, memoryStorage } from './storage/index.js';
export type {
  AnyOptimizer,
  Callback,
  CallbackAnswer,
  CheckpointEvent,
  CheckpointPolicy,
  DivergedEvent,
  EarlyStoppingOptions,
  EpochEvent,
  EvaluationEvent,
  FitResult,
  Metrics,
  ProgressOptions,
  StepEvent,
  StoppedEvent,
  TrainEvent,
  TrainOptions,
} from './train/index.js';
export { earlyStopping, fit, progress, train } from './train/index.js';

// Backends

export type {
  Acceleration,
  BackendName,
  BackendOptions,
  Capabilities,
  FusedKernel,
  Output,
  ThreadsOption,
  WasmPaths,
  Workspace,
} from './backend/index.js';
export { accelerate, capabilities, threadCount, useBackend } from './backend/index.js';

// Free of tfjs: also entries of their own

export type { Dataset } from './dataset.js';
export { collect, dataset } from './dataset.js';
export {
  CheckpointError,
  DataError,
  isSeqError,
  KernelError,
  OptionError,
  SeqError,
  ShapeError,
  show,
  UsageError,
} from './errors.js';
export { count, knownOptions, oneOf, within } from './options.js';
export { Pause } from './pause.js';
export { defaultRng, Rng } from './rng.js';

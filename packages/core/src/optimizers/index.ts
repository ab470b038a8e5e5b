/** Optimisers: gradient transformations, schedules, and what applies them. */

export { accumulate } from './accumulate.js';
export type { AdagradOptions } from './adagrad.js';
export { adagrad, scaleByAdagrad } from './adagrad.js';
export type { AdamOptions, AdamScaling, AdamWOptions } from './adam.js';
export { adam, adamw, scaleByAdam } from './adam.js';
export { averageWeights, withAveragedWeights } from './average-weights.js';
export { clipByGlobalNorm, clipByValue, globalNorm } from './clip.js';
export type { OptimizerState, VariablesByPath } from './optimizer.js';
export { Optimizer } from './optimizer.js';
export type { RMSPropOptions, RMSPropScaling } from './rmsprop.js';
export { rmsprop, scaleByRMSProp } from './rmsprop.js';
export { scale, scaleBySchedule } from './scale.js';
export type { Schedule } from './schedules.js';
export {
  constantRate,
  cosineDecay,
  exponentialDecay,
  joinSchedules,
  stepDecay,
  warmup,
  warmupCosine,
} from './schedules.js';
export type { SGDOptions } from './sgd.js';
export { sgd, trace } from './sgd.js';
export type { GradientTransformation, Slots, TensorsByPath, Update, UpdateContext } from './transformation.js';
export { chain } from './transformation.js';
export { addDecayedWeights } from './weight-decay.js';

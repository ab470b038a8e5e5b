/** Files: weights, checkpoints, and the safetensors format below them. */

export type { CheckpointNotes, Trained } from './checkpoint.js';
export { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
export type { FloatFormat, StoredTensor, TensorFile } from './safetensors.js';
export { readSafetensors, writeSafetensors } from './safetensors.js';
export type { FileKind, JsonValue } from './sealed-file.js';
export type { StoredType, StoredValues } from './stored-types.js';
export { loadWeights, readConfig, saveWeights } from './weights.js';

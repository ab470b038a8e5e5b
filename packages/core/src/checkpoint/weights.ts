/** A model's weights as bytes, with what one needs to build the model again. */
import { CheckpointError } from '../errors.js';
import type { Module } from '../module.js';
import { prepareModel, storeTensors, tensorsBelow } from './model-tensors.js';
import { type JsonValue, seal, unseal } from './sealed-file.js';

/** The parameters of `model` as a safetensors file; `config` (sizes, vocabulary…) comes back from `readConfig`. */
export async function saveWeights(model: Module, config: JsonValue = null): Promise<Uint8Array<ArrayBuffer>> {
  return seal({ kind: 'weights', tensors: await storeTensors(model.namedVariables()), record: { config } });
}

/**
 * Gives `model` the parameters of a file: weights, or any safetensors file with the model's own names and shapes.
 * Throws a CheckpointError, and changes nothing, when the file is damaged or belongs to another model.
 */
export async function loadWeights(model: Module, bytes: Uint8Array): Promise<void> {
  const file = await unseal(bytes);
  if (file.kind === 'checkpoint') {
    return prepareModel('loadWeights', model, tensorsBelow(file.tensors))();
  }
  prepareModel('loadWeights', model, file.tensors)();
}

/** The `config` that a weights file was saved with. */
export async function readConfig(bytes: Uint8Array): Promise<JsonValue> {
  const file = await unseal(bytes);
  if (file.kind) return (file.record as { config: JsonValue }).config;
  throw new CheckpointError('readConfig', 'the file holds no configuration', {
    hint: 'save it with saveWeights(model, config)',
  });
}

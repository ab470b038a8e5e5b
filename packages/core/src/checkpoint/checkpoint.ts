/** A checkpoint: everything that training needs to go on as if it had never stopped. */
import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError } from '../errors.js';
import type { Module } from '../module.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { beside, prepareModel, storeTensors, tensorsBelow, toTensor } from './model-tensors.js';
import type { StoredTensor } from './safetensors.js';
import { type JsonValue, seal, unseal } from './sealed-file.js';
import { prepareStreams, streamStates } from './streams.js';

/** What a checkpoint is taken of and restored to. */
export interface Trained {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** What training carries from batch to batch beside the model, as states. */
  readonly carried?: Module | undefined;
}

/** What a checkpoint says besides tensors. */
export interface CheckpointNotes {
  /** Where training stands, in the words of whoever trains. */
  readonly progress?: JsonValue;
  /** What one needs to build the model again. */
  readonly config?: JsonValue;
}

const where = 'loadCheckpoint';

/** The parameters, the optimiser's state, what is carried and the model's random streams as bytes. */
export async function saveCheckpoint(
  { model, optimizer, carried }: Trained,
  { progress = null, config = null }: CheckpointNotes = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { count, slots } = optimizer.state();
  const kept = Object.entries(slots).flatMap(([slot, tensors]) =>
    Object.entries(tensors).map(([path, tensor]): [string, tf.Tensor] => [
      `${beside.optimizer}${slot}/${path}`,
      tensor,
    ]),
  );
  const states = [...(carried?.namedVariables() ?? [])].map(
    ([path, tensor]) => [`${beside.carried}${path}`, tensor] as const,
  );
  const record = { config, progress, count, streams: streamStates(model.namedStreams()) };
  const tensors = await storeTensors([...model.namedVariables(), ...kept, ...states]);
  return seal({ kind: 'checkpoint', tensors, record });
}

/** Restores them all and returns the saved `progress`; throws a CheckpointError, and changes nothing, when the file is damaged or does not fit. */
export async function loadCheckpoint(trained: Trained, bytes: Uint8Array): Promise<JsonValue> {
  const { progress, commit } = await prepareCheckpoint(trained, bytes);
  commit();
  return progress;
}

/** Checks as `loadCheckpoint` does and returns what loads, so that more can be checked before anything changes. */
export async function prepareCheckpoint(
  { model, optimizer, carried }: Trained,
  bytes: Uint8Array,
): Promise<{ progress: JsonValue; commit: () => void }> {
  const file = await unseal(bytes);
  if (file.kind !== 'checkpoint') {
    throw new CheckpointError(where, 'the file is not a checkpoint', { hint: 'weights are loaded with loadWeights' });
  }
  const { progress, count, streams } = file.record as { progress: JsonValue; count: number; streams: JsonValue };
  const slots = tensorsBelow(file.tensors, beside.optimizer);
  const commitModel = prepareModel(where, model, tensorsBelow(file.tensors));
  const commitCarried = prepareCarried(carried, tensorsBelow(file.tensors, beside.carried));
  const commitStreams = prepareStreams(model.namedStreams(), streams);
  const variables = Object.fromEntries(model.namedVariables());
  const loadOptimizer = (check: boolean) =>
    tf.tidy(() => {
      const state = { count, slots: slotTensors(slots) };
      return check ? void optimizer.prepareLoad(state, variables) : optimizer.load(state, variables);
    });
  loadOptimizer(true);
  return {
    progress,
    commit() {
      loadOptimizer(false);
      commitModel();
      commitCarried();
      commitStreams();
    },
  };
}

type Stored = ReadonlyMap<string, StoredTensor>;

function prepareCarried(carried: Module | undefined, states: Stored): () => void {
  if (carried) return prepareModel(where, carried, states);
  if (states.size === 0) return () => {};
  throw new CheckpointError(where, 'the file has states that this training does not carry', {
    hint: 'resume with the same options',
  });
}

function slotTensors(stored: Stored): Record<string, Record<string, tf.Tensor>> {
  const slots: Record<string, Record<string, tf.Tensor>> = {};
  for (const [name, tensor] of stored) {
    const [slot = '', ...path] = name.split('/');
    slots[slot] = { ...slots[slot], [path.join('/')]: toTensor(tensor) };
  }
  return slots;
}

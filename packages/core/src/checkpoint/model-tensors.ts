/** Between a model's variables and the tensors of a file. */
import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, show, UsageError } from '../errors.js';
import type { Module } from '../module.js';
import type { StoredTensor } from './safetensors.js';
import type { StoredType } from './stored-types.js';

/** Downloads tensors, in order. */
export async function storeTensors(
  named: Iterable<readonly [name: string, tensor: tf.Tensor]>,
): Promise<Map<string, StoredTensor>> {
  const entries = [...named].map(async ([name, tensor]): Promise<[string, StoredTensor]> => {
    const { dtype, shape } = tensor;
    if (tensor.isDisposed) throw new UsageError('saveWeights', `${name} is disposed`);
    if (!isStored(dtype)) throw new UsageError('saveWeights', `${name} has the dtype ${dtype}, which no file can hold`);
    return [name, { dtype, shape: [...shape], values: (await tensor.data()) as StoredTensor['values'] }];
  });
  return new Map(await Promise.all(entries));
}

/** Checks that the tensors are those of the model, by name, shape and type, and returns what assigns them all. */
export function prepareModel(where: string, model: Module, tensors: ReadonlyMap<string, StoredTensor>): () => void {
  if (model.disposed) throw new UsageError(where, 'the model is disposed');
  const variables = new Map(model.namedVariables());
  const missing = [...variables.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !variables.has(name));
  if (missing.length > 0 || unexpected.length > 0) {
    const parts = [list('lacks', missing), list('has the unexpected', unexpected)].filter((part) => part !== '');
    throw new CheckpointError(where, `the file ${parts.join(' and ')}`, { hint: 'it belongs to another model' });
  }
  for (const [name, variable] of variables) {
    const { dtype, shape } = tensors.get(name)!;
    if (shape.join() !== variable.shape.join()) {
      throw new CheckpointError(
        where,
        `${name} must have shape [${variable.shape.join(',')}], got [${shape.join(',')}]`,
        {
          hint: 'the model was built with other sizes than the saved one',
        },
      );
    }
    if (dtype !== variable.dtype) throw new CheckpointError(where, `${name} must be ${variable.dtype}, got ${dtype}`);
  }
  return () => {
    for (const [name, variable] of variables) tf.tidy(() => variable.assign(toTensor(tensors.get(name)!)));
  };
}

/** How the names of what stands beside the model's own tensors in a checkpoint begin. */
export const beside = { optimizer: 'optimizer/', carried: 'carried/' } as const;

/** The tensors below a prefix, without it; or, without a prefix, those that stand below none. */
export function tensorsBelow(
  tensors: ReadonlyMap<string, StoredTensor>,
  prefix?: string,
): ReadonlyMap<string, StoredTensor> {
  const others = (name: string) => Object.values(beside).every((each) => !name.startsWith(each));
  const named = [...tensors].filter(([name]) => (prefix === undefined ? others(name) : name.startsWith(prefix)));
  return new Map(named.map(([name, tensor]) => [name.slice(prefix?.length ?? 0), tensor]));
}

export function toTensor({ values, shape, dtype }: StoredTensor): tf.Tensor {
  return tf.tensor(values, [...shape], dtype);
}

function isStored(dtype: tf.DataType): dtype is StoredType {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

function list(verb: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${verb} ${show(names.join(', '))}`;
}

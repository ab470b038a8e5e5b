/** A batch of items as tensors: which features are active at each step. */
import { ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { AttributeTable } from '../../feature-crf/feature-model.js';
import { forEachAttribute, type Item } from '../../feature-crf/item.js';

/** Up to N features per step. */
export type ActiveFeatures = {
  /** [B,T,N] int32; −1 stands for none, and what is beside it is never read. */
  readonly ids: tf.Tensor3D;
  /** [B,T,N]: how much of each feature there is; 1 of each where this is left out. */
  readonly values?: tf.Tensor3D;
};

/**
 * The known attributes of each item of a batch of sequences, padded to the longest sequence (or `time` steps) and the most attributes of an item:
 * [B,T,N]. Unknown attributes are left out. Throws a DataError for what is no item, a ShapeError for a sequence longer than `time`.
 */
export function activeFeatures(
  sequences: readonly (readonly Item[])[],
  attributes: Pick<AttributeTable, 'id'>,
  time: number = Math.max(1, ...sequences.map((items) => items.length)),
): ActiveFeatures {
  const long = sequences.findIndex((items) => items.length > time);
  if (long >= 0) {
    throw new ShapeError(
      'activeFeatures',
      `sequence ${long} has ${sequences[long]!.length} items, more than T=${time}`,
    );
  }
  const found = sequences.map((items, b) => items.map((item, t) => known(item, attributes, b, t)));
  const N = Math.max(1, ...found.flat().map(({ ids }) => ids.length));
  const shape: [number, number, number] = [sequences.length, time, N];
  const ids = new Int32Array(sequences.length * time * N).fill(-1);
  const values = new Float32Array(ids.length);
  for (const [b, items] of found.entries()) {
    for (const [t, item] of items.entries()) {
      ids.set(item.ids, (b * time + t) * N);
      values.set(item.values, (b * time + t) * N);
    }
  }
  return { ids: tf.tensor3d(ids, shape, 'int32'), values: tf.tensor3d(values, shape) };
}

function known(item: Item, attributes: Pick<AttributeTable, 'id'>, b: number, t: number) {
  const [ids, values]: [number[], number[]] = [[], []];
  forEachAttribute(
    item,
    () => `sequence ${b}, item ${t}`,
    (name, value) => {
      const id = attributes.id(name);
      if (id < 0) return;
      ids.push(id);
      values.push(value);
    },
  );
  return { ids, values };
}

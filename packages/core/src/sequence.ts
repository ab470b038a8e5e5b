/** Sequences: values and the mask that says which of them are real travel together. */
import * as tf from '@tensorflow/tfjs-core';
import { dims } from './dims.js';
import { ShapeError } from './errors.js';
import { keepRows } from './math/select-rows.js';

/** A padded batch: values [B,T,D] and mask [B,T] of dtype bool, 1 = real. What stands at masked places is never read: it may be NaN. */
export interface Sequence {
  readonly values: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

/** A sequence from its values [B,T,D] and, unless every step is real, its mask [B,T]. Throws ShapeError when they disagree. */
export function sequence(values: tf.Tensor3D, mask?: tf.Tensor2D): Sequence {
  const { B, T } = dims('sequence', {
    values: [values, 'B T D'],
    mask: [mask ?? { shape: values.shape.slice(0, 2) }, 'B T'],
  });
  return { values, mask: mask ? asMask(mask) : tf.ones([B, T], 'bool') };
}

/** The mask [B,T] of sequences that start at step 0 and have the given lengths; T is `time` or the longest length. */
export function lengthMask(lengths: readonly number[], time: number = Math.max(0, ...lengths)): tf.Tensor2D {
  const bad = lengths.find((length) => !Number.isInteger(length) || length < 0 || length > time);
  if (bad !== undefined)
    throw new ShapeError('lengthMask', `lengths must be whole numbers from 0 to ${time}, got ${bad}`);
  const data = new Uint8Array(lengths.length * time);
  for (const [row, length] of lengths.entries()) data.fill(1, row * time, row * time + length);
  return tf.tensor2d(data, [lengths.length, time], 'bool');
}

/** Any numeric mask (1 = real or allowed) as dtype bool. */
export function asMask<T extends tf.Tensor>(mask: T): T {
  return mask.dtype === 'bool' ? mask : tf.cast(mask, 'bool');
}

/** `values` where `mask` is 1 and `otherwise` where it is 0, whatever stands there, NaN included; the mask broadcasts from the left, so [B,T] fits [B,T,D]. */
export function keepWhere<T extends tf.Tensor>(mask: tf.Tensor, values: T, otherwise = 0): T {
  const fits = mask.shape.every((size, axis) => size === values.shape[axis]);
  const shape = [...mask.shape, ...new Array<number>(Math.max(0, values.rank - mask.rank)).fill(1)];
  if (!fits) return tf.where(tf.reshape(asMask(mask), shape), values as tf.Tensor, tf.scalar(otherwise)) as T;
  const rows = tf.reshape<tf.Rank.R1>(asMask(mask), [-1]);
  const kept = keepRows(
    rows,
    tf.reshape(values, [rows.size, ...values.shape.slice(mask.rank)]) as tf.Tensor,
    otherwise,
  );
  return tf.reshape(kept, values.shape) as T;
}

/** The sequence with 0 at every masked place, so that what follows may compute there without harm. */
export function zeroPadding({ values, mask }: Sequence): Sequence {
  const real = asMask(mask);
  return { values: keepWhere(real, values), mask: real };
}

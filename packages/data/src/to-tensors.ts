/** The edge between arrays and tensors: ragged rows in, padded tensors with their mask out. The caller owns the tensors. */
import { lengthMask, type Sequence } from '@seqloom/core';
import { ShapeError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import * as tf from '@tensorflow/tfjs-core';

export interface PaddingOptions {
  /** Rounds T up to a multiple of this, so that fewer different shapes occur; 1 unless told. */
  multiple?: number;
}

/** Padded ids [B,T] (int32, 0 where padded) and their mask [B,T] (bool, 1 = real). */
export interface PaddedIds {
  readonly ids: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
}

/** Padded feature ids [B,T,F] (int32, 0 where padded) and their mask [B,T] (bool, 1 = real). */
export interface PaddedFeatures {
  readonly ids: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

/** Ragged rows of ids, B × length, as ids [B,T] and mask [B,T]. Throws ShapeError on an empty batch, on rows that are all empty, and on what is no id. */
export function padIds(rows: readonly (readonly number[])[], options: PaddingOptions = {}): PaddedIds {
  const where = 'padIds';
  const time = paddedLength(where, rows, options);
  const data = new Int32Array(rows.length * time);
  for (const [b, row] of rows.entries()) {
    for (const [t, id] of row.entries()) data[b * time + t] = checkedId(where, id, [b, t]);
  }
  return { ids: tf.tensor2d(data, [rows.length, time], 'int32'), mask: maskOf(rows, time) };
}

/** Ragged rows of feature ids, B × length × F, as ids [B,T,F] and mask [B,T]. Throws ShapeError as `padIds` does, and when F differs. */
export function padFeatures(
  rows: readonly (readonly (readonly number[])[])[],
  options: PaddingOptions = {},
): PaddedFeatures {
  const where = 'padFeatures';
  const time = paddedLength(where, rows, options);
  const size = featureSize(where, rows);
  const data = new Int32Array(rows.length * time * size);
  for (const [b, row] of rows.entries()) {
    for (const [t, step] of row.entries()) {
      for (const [f, id] of step.entries()) data[(b * time + t) * size + f] = checkedId(where, id, [b, t, f]);
    }
  }
  return { ids: tf.tensor3d(data, [rows.length, time, size], 'int32'), mask: maskOf(rows, time) };
}

/** Ragged rows of vectors, B × length × D, as a Sequence: values [B,T,D], 0 where padded, and mask [B,T]. Throws ShapeError on an empty batch, on rows that are all empty, and when D differs. */
export function padValues(rows: readonly (readonly (readonly number[])[])[], options: PaddingOptions = {}): Sequence {
  const where = 'padValues';
  const time = paddedLength(where, rows, options);
  const size = featureSize(where, rows);
  const data = new Float32Array(rows.length * time * size);
  for (const [b, row] of rows.entries()) {
    for (const [t, step] of row.entries()) data.set(step, (b * time + t) * size);
  }
  return { values: tf.tensor3d(data, [rows.length, time, size], 'float32'), mask: maskOf(rows, time) };
}

function paddedLength(where: string, rows: readonly (readonly unknown[])[], options: PaddingOptions): number {
  knownOptions(where, options, ['multiple']);
  const multiple = count(where, 'multiple', options.multiple ?? 1);
  if (rows.length === 0) {
    throw new ShapeError(where, 'the batch is empty', { hint: 'leave out batches without examples' });
  }
  const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
  if (longest === 0) {
    throw new ShapeError(where, `all ${rows.length} sequences have length 0`, {
      hint: 'a batch needs one sequence with at least one step; filter out the empty ones',
    });
  }
  return Math.ceil(longest / multiple) * multiple;
}

/** The size that all steps of all rows share. */
function featureSize(where: string, rows: readonly (readonly (readonly number[])[])[]): number {
  const size = rows.find((row) => row.length > 0)![0]!.length;
  for (const [b, row] of rows.entries()) {
    const t = row.findIndex((step) => step.length !== size);
    if (t < 0) continue;
    throw new ShapeError(where, `all steps must have ${size} values, got ${row[t]!.length} in row ${b}, step ${t}`);
  }
  if (size === 0) throw new ShapeError(where, 'the steps hold no values');
  return size;
}

function maskOf(rows: readonly (readonly unknown[])[], time: number): tf.Tensor2D {
  const lengths = rows.map((row) => row.length);
  return lengthMask(lengths, time);
}

function checkedId(where: string, id: number, place: readonly number[]): number {
  if (Number.isInteger(id) && id >= 0) return id;
  throw new ShapeError(where, `ids must be whole numbers from 0, got ${show(id)} at [${place}]`);
}

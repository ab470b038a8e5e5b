/** Seeded inputs for laws: sizes are odd on purpose, masks are ragged, with a hole and a row without anything real. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';
import { asMask } from '../sequence.js';

/** Standard normal numbers. */
export function normals<R extends tf.Rank>(rng: Rng, shape: number[]): tf.Tensor<R> {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    shape as never,
  ) as tf.Tensor<R>;
}

/** A full row, a short one, one with holes (the first step and one in the middle) and one with nothing real. */
export const raggedRows: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1],
  [1, 1, 1, 0, 0],
  [0, 1, 0, 1, 1],
  [0, 0, 0, 0, 0],
];

/** A mask of rows of 0 and 1. */
export function maskOf(rows: readonly (readonly number[])[]): tf.Tensor2D {
  return asMask(
    tf.tensor2d(
      rows.map((row) => [...row]),
      [rows.length, rows[0]?.length ?? 0],
      'int32',
    ),
  );
}

/** `values` [B,T,…] with `filler` wherever `mask` [B,T] is 0. */
export function fillPadding<T extends tf.Tensor>(values: T, mask: tf.Tensor2D, filler: number): T {
  const wide = tf.reshape(mask, [...mask.shape, ...new Array<number>(values.rank - 2).fill(1)]);
  return tf.where(wide, values as tf.Tensor, tf.scalar(filler)) as T;
}

/** Fixed weights for every element of some outputs, so that Σ weight·output depends on each in its own way. */
export function weightedSum(outputs: readonly tf.Tensor[], rng: Rng): tf.Scalar {
  return tf.addN(outputs.map((output) => tf.sum(tf.mul(output, normals(rng, output.shape))))) as tf.Scalar;
}

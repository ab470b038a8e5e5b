/** The composed form of recurrent sequence ops: one product projects all inputs, then steps. */
import { type Tensors, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type RecurrentStep, unroll } from './unroll.js';

/** Which end of time comes first. */
export interface Direction extends Readonly<Record<string, unknown>> {
  readonly reverse: boolean;
}

/** Runs `step` over x·weight + bias, x [B,T,D]; returns output [B,T,U] and the state after each row's last real step in that direction. */
export function unrollProjected<S>(
  { x, weight, bias, mask }: Tensors<'x' | 'weight' | 'bias' | 'mask'>,
  { reverse }: Direction,
  initial: S,
  step: RecurrentStep<S>,
): { output: tf.Tensor3D; state: S } {
  const [B, T, D] = x.shape as [number, number, number];
  const padded = zeroPadding({ values: x as tf.Tensor3D, mask: mask as tf.Tensor2D });
  const rows = tf.add(tf.matMul(tf.reshape<tf.Rank.R2>(padded.values, [B * T, D]), weight as tf.Tensor2D), bias);
  const projected = { values: tf.reshape(rows, [B, T, -1]) as tf.Tensor3D, mask: padded.mask };
  return unroll(projected, initial, step, reverse);
}

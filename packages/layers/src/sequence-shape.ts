/** What every layer asks of its input before it computes. */
import type { Sequence } from '@seqloom/core';
import { dims, ShapeError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Checks that `input` has values [B,T,D] and a mask [B,T], with at least one row and one step (and D features where given). Throws ShapeError. */
export function sequenceShape(where: string, input: Sequence, features?: number): { B: number; T: number; D: number } {
  const { B, T, D } = dims(where, {
    'input.values': [input?.values, `B T ${features ?? 'D'}`],
    'input.mask': [input?.mask, 'B T'],
  }) as Record<'B' | 'T' | 'D', number>;
  notEmpty(where, 'input', input.values);
  return { B, T, D: features ?? D };
}

/** Checks that a batch [B,T,…] has at least one row and one step. Throws ShapeError. */
export function notEmpty(where: string, argument: string, batch: tf.Tensor): void {
  const [B, T] = batch.shape;
  if (B === 0) throw new ShapeError(where, `\`${argument}\` is an empty batch: it must hold at least one sequence`);
  if (T === 0) throw new ShapeError(where, `\`${argument}\` has no time steps: it must be at least one step long`);
}

/** Positions that are added to what comes in. */
import { LearnedPositions, sinusoidal } from '@seqloom/attention';
import { OptionError, ShapeError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Waves of all lengths, or a learned vector for each position; relative positions belong to the attention. */
export type AbsolutePositions = 'sinusoidal' | LearnedPositions;

export function absolutePositions(
  where: string,
  positions: AbsolutePositions | undefined,
): AbsolutePositions | undefined {
  if (positions === undefined || positions === 'sinusoidal' || positions instanceof LearnedPositions) return positions;
  throw new OptionError(where, `\`positions\` must be 'sinusoidal' or LearnedPositions, got ${show(positions)}`, {
    hint: 'rotary, ALiBi and other relative positions are given to the blocks: attention: ({ size, heads }) => …',
  });
}

/**
 * values [B,T,D] with a vector added to each step: that of its place [B,T] (float32, below `limit`), or of 0 … T−1 without `places`. Throws ShapeError
 * when there is none for the last of `limit`.
 */
export function addPositions(
  where: string,
  positions: AbsolutePositions | undefined,
  values: tf.Tensor3D,
  { limit, places }: { limit: number; places?: tf.Tensor2D | undefined },
): tf.Tensor3D {
  if (!positions) return values;
  const [, T, D] = values.shape;
  const rows = table(where, positions, limit, D); // [limit,D]
  if (!places) return tf.add(values, tf.reshape(tf.slice(rows, [0, 0], [T, D]), [1, T, D]));
  return tf.add(values, tf.gather<tf.Tensor>(rows, tf.cast(places, 'int32')));
}

function table(where: string, positions: AbsolutePositions, length: number, size: number): tf.Tensor2D {
  if (positions === 'sinusoidal') return sinusoidal(length, size);
  const [maxLength, features] = positions.weight.shape;
  if (features !== size)
    throw new ShapeError(where, `steps have ${size} features, but the learned positions ${features}`);
  if (length > maxLength) {
    throw new ShapeError(where, `step ${length - 1} has no learned position: there are ${maxLength}`, {
      hint: `shorten the sequence, or build the positions with maxLength of at least ${length}; sinusoidal, rotary and ALiBi positions have no end`,
    });
  }
  return tf.slice(positions.weight as tf.Tensor2D, [0, 0], [length, size]);
}

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
  if (positions === 'sinusoidal' && places && seesNumbers()) return tf.add(values, wavesAt(places, limit, D));
  const rows = table(where, positions, limit, D); // [limit,D]
  if (!places) return tf.add(values, tf.reshape(tf.slice(rows, [0, 0], [T, D]), [1, T, D]));
  return tf.add(values, tf.gather<tf.Tensor>(rows, tf.cast(places, 'int32')));
}

function seesNumbers(): boolean {
  return ['cpu', 'wasm'].includes(tf.getBackend());
}

/** Only the rows of `places`, of waves that are computed once: a step of generation must not cost what a table of all steps does. */
function wavesAt(places: tf.Tensor2D, limit: number, size: number): tf.Tensor3D {
  const waves = wavesOf(limit, size);
  const out = new Float32Array(places.size * size);
  for (const [i, place] of places.dataSync().entries())
    out.set(waves.subarray(place * size, (place + 1) * size), i * size);
  return tf.tensor3d(out, [...places.shape, size]);
}

/** By number of features. */
const known = new Map<number, Float32Array>();

function wavesOf(limit: number, size: number): Float32Array {
  const before = known.get(size);
  if (before && before.length >= limit * size) return before;
  const length = Math.max(limit, 2 * ((before?.length ?? 0) / size));
  const waves = tf.tidy(() => sinusoidal(length, size).dataSync()) as Float32Array;
  known.set(size, waves);
  return waves;
}

function table(where: string, positions: AbsolutePositions, length: number, size: number): tf.Tensor2D {
  if (positions === 'sinusoidal') {
    if (!seesNumbers()) return sinusoidal(length, size);
    return tf.tensor2d(wavesOf(length, size).slice(0, length * size), [length, size]);
  }
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

/** What two parts of one attention remember, side by side in one state: an outer scorer and its inner one, a scorer and a normaliser. */
import type { Alignment } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The step before as each part sees it. The first part has `width` numbers of the state [B,Q,N], or with a width below 0 all but so many. */
export function apart(
  previous: Alignment | undefined,
  width: number,
): readonly [first: Alignment | undefined, second: Alignment | undefined] {
  if (!previous?.state) return [previous, previous];
  const { weights, state } = previous;
  const [B, Q, N] = state.shape;
  const cut = width < 0 ? N + width : width;
  const part = (from: number, to: number): Alignment =>
    to > from ? { weights, state: tf.slice(state, [0, 0, from], [B, Q, to - from]) } : { weights };
  return [part(0, cut), part(cut, N)];
}

/** Both states [B,Q,·] as one; the other where one part remembers nothing. */
export function together<First extends tf.Tensor3D | undefined>(
  first: First,
  second: tf.Tensor3D | undefined,
): First | tf.Tensor3D {
  if (!first) return second as First | tf.Tensor3D;
  return second ? (tf.concat([first, second], 2) as tf.Tensor3D) : first;
}

/** One step as a sequence of one. */
import type { Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

interface Scans<S> {
  scan(input: Sequence, initial: S): { state: S };
  read(state: S): tf.Tensor2D;
}

/** x [B,D] and the state → output [B,U] and the next state. Where the sequence op is fused, this is one kernel in place of a dozen. */
export function scanOne<S>(cell: Scans<S>, x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
  const [B, D] = x.shape;
  const next = cell.scan({ values: tf.reshape(x, [B, 1, D]), mask: tf.ones([B, 1], 'bool') }, state).state;
  return { output: cell.read(next), state: next };
}

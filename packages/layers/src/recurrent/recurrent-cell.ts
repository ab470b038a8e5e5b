/** What a recurrent layer asks of the cell inside it. */
import type { Cell, Sequence } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** A cell that knows the size of its output; `scan` and `read` are optional and make it faster and more useful. */
export interface RecurrentCell<S> extends Cell<S> {
  readonly outputSize: number;
  /** The size of x, where the cell knows it: lets others check how they are put together. */
  readonly inputSize?: number;
  /**
   * All steps at once, the last one first where `reverse` is set: input [B,T,D], anything at padding → output [B,T,U], 0 at padding,
   * and the state after each row's last real step in that direction.
   */
  scan?(input: Sequence, initial: S, reverse?: boolean): { output: tf.Tensor3D; state: S };
  /** The output [B,U] that belongs to a state, where there is one. */
  read?(state: S): tf.Tensor2D | undefined;
}

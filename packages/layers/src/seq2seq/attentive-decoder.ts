/** What an encoder–decoder asks of its decoder. */
import type { Alignment, Memory, Sequence } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';

/** What a decoder carries from step to step. */
export interface DecoderState<S> {
  /** The state of the recurrent cell. */
  readonly cell: S;
  /** What else the next step reads of this one, [B,F]. */
  readonly feed: tf.Tensor2D;
  /** Where the step before looked, weights [B,1,K] or [B·H,1,K]; nowhere before the first step. */
  readonly alignment?: Alignment;
}

/** A recurrent decoder that attends to a memory: remembers once, attends at each step. */
export interface AttentiveDecoder<S = unknown, Keys = unknown> {
  readonly outputSize: number;
  readonly cell: RecurrentCell<S>;
  /** Prepares what the encoder made [B,K,D]. */
  remember(memory: Sequence): Memory<Keys>;
  /** The state before the first step, from that of the cell. */
  start(cell: S): DecoderState<S>;
  /** One step: x [B,D] → output [B,U], the alignment [B,1,K] (or [B·H,1,K]) and the next state. */
  step(
    x: tf.Tensor2D,
    state: DecoderState<S>,
    memory: Memory<Keys>,
  ): { output: tf.Tensor2D; weights: tf.Tensor3D; state: DecoderState<S> };
  /** All steps of known inputs [B,T,D] → output [B,T,U], 0 at padding, and the alignments [B,T,K] (or [B·H,T,K]). */
  forward(input: Sequence, state: DecoderState<S>, memory: Memory<Keys>): { output: Sequence; weights: tf.Tensor3D };
}

/** What decoding asks of a model: one symbol after another. */
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Writes symbols, one step at a time, for a batch of B rows whose sources it knows (a language model has only prompts, or nothing).
 * `start` and `step` run in evaluation mode, synchronously and within a tidy; the tensors of a state belong to the search that asked.
 *
 * A state is any structure of lists, plain objects, tensors and other values. A tensor of rank 0 and what is no tensor are common to all
 * rows; of any other, the first dimension is N rows or a multiple of N, where all that belongs to a row lies together (the heads of a
 * row: N·H). So rows can be reordered, repeated and dropped. A tensor that `step` hands on as the very same object, as it came from
 * `start`, is taken to be the same for all copies of a row (what the encoder made): it is not gathered when beams change places.
 */
export interface Writer<S = unknown> {
  /** V: symbols are 0 … V−1. */
  readonly vocabularySize: number;
  /** B: how many rows are written. */
  readonly rows: number;
  /** The state before the first symbol, each row `copies` times in succession: N = B·copies. What is costly and the same for all copies is done once. */
  start(copies: number): S;
  /**
   * Reads the last symbols [N] int32 (first the start symbol) → logits [N,V] of the next ones (unnormalised log-probabilities; −Infinity
   * where a symbol is impossible), the next state and, where there is attention, where it looked: [N,1,K], or [N·H,1,K] with H heads.
   */
  step(symbols: tf.Tensor1D, state: S): { logits: tf.Tensor2D; state: S; weights?: tf.Tensor3D };
}

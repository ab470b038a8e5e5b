/** A decoder over known inputs, one step after another: for attention that feeds back into the recurrence. */
import type { Sequence } from '@seqloom/core';
import { carry, keepWhere, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceOf, stepsOf } from '../recurrent/unroll.js';
import type { DecoderState } from './attentive-decoder.js';

type Step<S> = (
  x: tf.Tensor2D,
  state: DecoderState<S>,
) => { output: tf.Tensor2D; weights: tf.Tensor3D; state: DecoderState<S> };

/** input [B,T,D] → the step's outputs [B,T,U], 0 at padding, and the alignments [B,T,K] (or [B·H,T,K]); a padded step changes no state. */
export function decodeStepwise<S>(
  input: Sequence,
  start: DecoderState<S>,
  step: Step<S>,
): { output: Sequence; weights: tf.Tensor3D } {
  const { values, mask } = zeroPadding(input);
  const real = tf.unstack(mask, 1) as tf.Tensor1D[];
  const outputs: tf.Tensor2D[] = [];
  const alignments: tf.Tensor3D[] = [];
  let state = start;
  for (const [t, x] of stepsOf(values).entries()) {
    const next = step(x, state);
    outputs.push(next.output);
    alignments.push(next.weights);
    state = carryState(real[t] as tf.Tensor1D, next.state, state);
  }
  return {
    output: { values: keepWhere(mask, sequenceOf(outputs)), mask },
    weights: tf.concat(alignments, 1),
  };
}

/** The next state where the step is real; an alignment has a row for each head of each sequence. */
function carryState<S>(real: tf.Tensor1D, next: DecoderState<S>, previous: DecoderState<S>): DecoderState<S> {
  const [cell, feed] = carry(real, [next.cell, next.feed] as const, [previous.cell, previous.feed] as const);
  if (!next.alignment || !previous.alignment) return { cell, feed, alignment: next.alignment };
  const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [real.shape[0], -1]);
  const carried = (now: tf.Tensor3D, before: tf.Tensor3D) =>
    tf.reshape(carry(real, rows(now), rows(before)), now.shape) as tf.Tensor3D;
  const { weights, state } = next.alignment;
  const before = previous.alignment;
  const alignment = {
    weights: carried(weights, before.weights),
    ...(state && before.state ? { state: carried(state, before.state) } : {}),
  };
  return { cell, feed, alignment };
}

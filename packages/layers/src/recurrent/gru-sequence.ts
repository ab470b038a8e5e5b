/** The gated recurrence over a whole sequence, as one op for each place of the reset gate. */
import type { Op, Tensors } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Direction, unrollProjected } from './projected.js';
import { type SequenceInputs, sequenceInputs, sequenceKernels } from './sequence-kernels.js';
import type { StepChanges } from './split-cell.js';

/** One step with the reset gate after the matrix product: projected x [B,3U], h [B,U], recurrent [U,3U], bias [3U] → h' [B,U]. */
export function gruResetAfterStep(
  x: tf.Tensor2D,
  hidden: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  bias: tf.Tensor,
  { seen = hidden, update }: StepChanges = {},
): tf.Tensor2D {
  const U = hidden.shape[1];
  const [xGates, xCandidate] = tf.split(x, [2 * U, U], 1) as [tf.Tensor2D, tf.Tensor2D];
  const [hGates, hCandidate] = tf.split(tf.add(tf.matMul(seen, recurrent), bias), [2 * U, U], 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const [reset, keep] = chunks(tf.sigmoid(tf.add(xGates, hGates)), 2, 1) as [tf.Tensor, tf.Tensor];
  const candidate = tf.tanh(tf.add<tf.Tensor2D>(xCandidate, tf.mul(reset, hCandidate)));
  return between(keep, hidden, update ? update(candidate) : candidate);
}

/** One step with the reset gate before the matrix product: projected x [B,3U], h [B,U], recurrent [U,3U] → h' [B,U]. */
export function gruResetBeforeStep(
  x: tf.Tensor2D,
  hidden: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  { seen = hidden, update }: StepChanges = {},
): tf.Tensor2D {
  const U = hidden.shape[1];
  const [xGates, xCandidate] = tf.split(x, [2 * U, U], 1) as [tf.Tensor2D, tf.Tensor2D];
  const [gateWeights, candidateWeights] = tf.split(recurrent, [2 * U, U], 1) as [tf.Tensor2D, tf.Tensor2D];
  const [reset, keep] = chunks(tf.sigmoid(tf.add(xGates, tf.matMul(seen, gateWeights))), 2, 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const candidate = tf.tanh(
    tf.add<tf.Tensor2D>(xCandidate, tf.matMul(tf.mul<tf.Tensor2D>(reset, seen), candidateWeights)),
  );
  return between(keep, hidden, update ? update(candidate) : candidate);
}

/** keep⊙hidden + (1 − keep)⊙candidate. */
export function between(keep: tf.Tensor, hidden: tf.Tensor2D, candidate: tf.Tensor2D): tf.Tensor2D {
  return tf.add(candidate, tf.mul(keep, tf.sub(hidden, candidate)));
}

/**
 * x [B,T,D], weight [D,3U] (r,z,n), bias [3U], recurrent [U,3U], recurrentBias [3U], mask [B,T], hidden [B,U] → [output [B,T,U], last
 * hidden [B,U]]. What stands at padding is not read.
 */
export const gruSequence: Op<SequenceInputs | 'recurrentBias', Direction> = defineOp({
  name: 'GRUSequence',
  inputs: [...sequenceInputs, 'recurrentBias'],
  outputs: 2,
  workspaces: 1,
  fused: sequenceKernels('gruResetAfter', ['recurrentBias']),
  composed({ recurrentBias, ...inputs }, direction) {
    return over(inputs, direction, (x, h) => gruResetAfterStep(x, h, inputs.recurrent as tf.Tensor2D, recurrentBias));
  },
});

/** As `gruSequence`, with the reset gate before the matrix product, where a recurrent bias would say nothing that the input's does not. */
export const gruResetBeforeSequence: Op<SequenceInputs, Direction> = defineOp({
  name: 'GRUResetBeforeSequence',
  inputs: sequenceInputs,
  outputs: 2,
  workspaces: 1,
  fused: sequenceKernels<never>('gruResetBefore'),
  composed: (inputs, direction) =>
    over(inputs, direction, (x, h) => gruResetBeforeStep(x, h, inputs.recurrent as tf.Tensor2D)),
});

function over(
  inputs: Tensors<SequenceInputs>,
  direction: Direction,
  next: (x: tf.Tensor2D, hidden: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor[] {
  const { output, state } = unrollProjected(inputs, direction, inputs.hidden as tf.Tensor2D, (x, previous) => {
    const h = next(x, previous);
    return { output: h, state: h };
  });
  return [output, state];
}

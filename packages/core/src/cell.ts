/** What runs over time: one step, and the whole sequence, with one meaning. */
import * as tf from '@tensorflow/tfjs-core';
import { selectRows } from './math/select-rows.js';
import type { Sequence } from './sequence.js';

/** What a cell carries from step to step: a tensor with leading dimension B, a number common to all rows, or a list or record of such. */
export type State = tf.Tensor | number | readonly State[] | { readonly [name: string]: State };

/** One step of a recurrence: x [B,D] and the state → output [B,U] and the next state. */
export interface Cell<S> {
  initialState(batch: number): S;
  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S };
}

/** A layer over sequences: input [B,T,D] → output [B,T,U], 0 at masked steps, and the state after the last real step of each row. */
export interface SequenceLayer<S> {
  readonly outputSize: number;
  forward(input: Sequence, initial?: S): { output: Sequence; state: S };
}

/** A causal sequence layer: `forward` equals `step` after `step`, so it can stream. */
export interface RecurrentLayer<S> extends SequenceLayer<S>, Cell<S> {}

/**
 * `next` where the step is real, `previous` where it is padding; mask [B]. A state may grow along axis 1, to the front: what is missing of `previous`
 * there counts as zeros.
 */
export function carry<S>(mask: tf.Tensor1D, next: S, previous: S): S {
  return mapState((a, b) => selectRows(mask, a as tf.Tensor, grown(b as tf.Tensor, a!.shape[1])), next, previous);
}

function grown(tensor: tf.Tensor, length: number | undefined): tf.Tensor {
  const missing = (length ?? 0) - (tensor.shape[1] ?? 0);
  return missing > 0
    ? tf.pad(
        tensor,
        tensor.shape.map((_, axis) => [axis === 1 ? missing : 0, 0]),
      )
    : tensor;
}

/** Applies `f` to the corresponding tensors of states of the same structure; what is no tensor stays as in the first. */
export function mapState<S>(f: (...tensors: tf.Tensor[]) => tf.Tensor, ...states: S[]): S {
  const [first] = states;
  if (first instanceof tf.Tensor) return f(...(states as unknown as tf.Tensor[])) as S;
  if (typeof first !== 'object' || first === null) return first as S;
  const fields = Object.keys(first as object).map((name) => [
    name,
    mapState(f, ...states.map((state) => (state as Record<string, unknown>)[name])),
  ]);
  return (Array.isArray(first) ? fields.map(([, value]) => value) : Object.fromEntries(fields)) as S;
}

/** The tensors of a state, in order. */
export function stateTensors(state: unknown): tf.Tensor[] {
  if (state instanceof tf.Tensor) return [state];
  return Object.values(state as object).flatMap(stateTensors);
}

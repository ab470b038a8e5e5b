/** What runs over time: one step, and the whole sequence, with one meaning. */
import * as tf from '@tensorflow/tfjs-core';
import { selectRows } from './math/select-rows.js';
import type { Sequence } from './sequence.js';

/** What a cell carries from step to step: a tensor with leading dimension B, or a list or record of such. */
export type State = tf.Tensor | readonly State[] | { readonly [name: string]: State };

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

/** `next` where the step is real, `previous` where it is padding; mask [B]. */
export function carry<S>(mask: tf.Tensor1D, next: S, previous: S): S {
  return mapState((a, b) => selectRows(mask, a as tf.Tensor, b as tf.Tensor), next, previous);
}

/** Applies `f` to the corresponding tensors of states of the same structure. */
export function mapState<S>(f: (...tensors: tf.Tensor[]) => tf.Tensor, ...states: S[]): S {
  const [first] = states;
  if (first instanceof tf.Tensor) return f(...(states as unknown as tf.Tensor[])) as S;
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

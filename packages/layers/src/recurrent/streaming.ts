/** An input without end, read piece by piece. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import {
  carry,
  count,
  dims,
  isModule,
  knownOptions,
  mapState,
  OptionError,
  ShapeError,
  stateTensors,
  UsageError,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { evaluating } from '../evaluating.js';
import { sequenceShape } from '../sequence-shape.js';

export interface StreamingOptions<S> {
  /** Anything causal: recurrent, convolutional, state-space. */
  layer: RecurrentLayer<S>;
  /** Rows of every piece, 1 unless told. */
  batch?: number;
}

/**
 * Carries the state from piece to piece: pieces of any length give what one `forward` over all of them would. The layer runs in evaluation mode;
 * to learn from a stream take Truncated. Holds the tensors of the state until `dispose`; a call that throws leaves the state as it was.
 */
export class Streaming<S> {
  readonly layer: RecurrentLayer<S>;
  readonly batch: number;
  #state: S | undefined;

  constructor(options: StreamingOptions<S>) {
    knownOptions('Streaming', options, ['layer', 'batch']);
    this.layer = causalLayer('Streaming', options.layer);
    this.batch = count('Streaming', 'batch', options.batch ?? 1);
    this.#state = kept(() => this.#begin());
  }

  /** The state after what was read; it belongs to the stream. */
  get state(): S {
    if (this.#state !== undefined) return this.#state;
    throw new UsageError('Streaming', 'the stream is disposed');
  }

  /** The next piece [B,T,D] → its outputs [B,T,U], which the caller owns; masked steps change nothing. Throws ShapeError. */
  feed(piece: Sequence): Sequence {
    this.#check('Streaming.feed', 'input', sequenceShape('Streaming.feed', piece).B);
    return this.#read((state) => this.layer.forward(piece, state));
  }

  /** The next step x [B,D] → its output [B,U]. Throws ShapeError. */
  push(x: tf.Tensor2D): tf.Tensor2D {
    this.#check('Streaming.push', 'x', dims('Streaming.push', { x: [x, 'B D'] }).B);
    return this.#read((state) => this.layer.step(x, state));
  }

  /** Every row begins anew, or those where `rows` [B] is 1. */
  reset(rows?: tf.Tensor1D): void {
    if (rows) this.#check('Streaming.reset', 'rows', dims('Streaming.reset', { rows: [rows, 'B'] }).B);
    this.#replace(
      kept(() => (rows ? carry(tf.equal<tf.Tensor1D>(rows, 0), this.state, this.#begin()) : this.#begin())),
    );
  }

  dispose(): void {
    if (this.#state !== undefined) tf.dispose(stateTensors(this.#state));
    this.#state = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #begin(): S {
    return evaluated(this.layer, () => this.layer.initialState(this.batch));
  }

  #read<Y extends tf.Tensor | Sequence>(run: (state: S) => { output: Y; state: S }): Y {
    let next: S | undefined;
    let output: Y | undefined;
    tf.tidy(() => {
      const found = evaluated(this.layer, () => run(this.state));
      next = kept(() => found.state);
      output = found.output;
      return output instanceof tf.Tensor ? output : Object.values(output);
    });
    this.#replace(next as S);
    return output as Y;
  }

  #replace(next: S): void {
    const before = this.state;
    this.#state = next;
    tf.dispose(stateTensors(before));
  }

  #check(where: string, argument: string, rows: number): void {
    if (rows !== this.batch)
      throw new ShapeError(where, `\`${argument}\` must have ${this.batch} rows, got ${rows}`, {
        hint: 'each row is a stream of its own: a row that has nothing new is padding, mask 0',
      });
  }
}

/** A state in tensors of its own that no tidy frees: an output may be the same tensor. */
function kept<S>(make: () => S): S {
  let state: S | undefined;
  tf.tidy(() => {
    state = mapState((tensor) => tf.keep(tf.clone(tensor)), make());
  });
  return state as S;
}

function evaluated<T>(layer: unknown, f: () => T): T {
  return isModule(layer) ? evaluating(layer, f) : f();
}

/** Checks at run time what the type says, for those who come from JavaScript. */
export function causalLayer<S>(where: string, layer: RecurrentLayer<S>): RecurrentLayer<S> {
  if (isCausal(layer)) return layer;
  const problem = '`layer` must be a layer with `forward`, `step` and `initialState`';
  throw new OptionError(where, problem, { hint: 'a bidirectional layer has no state to go on from' });
}

/** Whether `value` can go on from a state, and all of its `layers` if it is a stack. */
function isCausal(value: unknown): boolean {
  const { forward, step, initialState, layers = [] } = (value ?? {}) as Partial<Stack>;
  return [forward, step, initialState].every((method) => typeof method === 'function') && layers.every(isCausal);
}

interface Stack extends RecurrentLayer<unknown> {
  readonly layers: readonly unknown[];
}

/** Truncated backpropagation through time: from one window of a long sequence to the next the state goes on, and the gradient does not. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { carry, count, detach, dims, knownOptions, Module, mapState, ShapeError, stateTensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { causalLayer } from './streaming.js';

export interface TruncatedOptions<S> {
  layer: RecurrentLayer<S>;
  /** Rows of every window: as many states are carried. */
  batch: number;
}

/**
 * In training, a window starts from the states with which the last one ended (Williams and Peng 1990). They are variables that no optimiser
 * changes, so a checkpoint holds them. In evaluation, and wherever it is given a state, it is the layer itself.
 */
export class Truncated<S> extends Module implements RecurrentLayer<S> {
  readonly layer: RecurrentLayer<S>;
  readonly outputSize: number;
  /** The states after the last window, in variables. */
  readonly carried: S;
  /** [B], 1 where a row goes on and 0 where it begins. */
  readonly goesOn: tf.Variable<tf.Rank.R1>;

  constructor(options: TruncatedOptions<S>) {
    super();
    knownOptions('Truncated', options, ['layer', 'batch']);
    const batch = count('Truncated', 'batch', options.batch);
    this.layer = causalLayer('Truncated', options.layer);
    this.outputSize = this.layer.outputSize;
    this.carried = tidied(() => mapState((tensor) => tf.variable(tensor, false), this.layer.initialState(batch)));
    this.goesOn = tidied(() => tf.variable(tf.zeros<tf.Rank.R1>([batch]), false));
  }

  get inputSize(): number | undefined {
    return (this.layer as { inputSize?: number }).inputSize;
  }

  initialState(batch: number): S {
    return this.layer.initialState(batch);
  }

  /** input [B,T,D] → output [B,T,U] and the state after each row's last real step, which the next window starts from. */
  forward(input: Sequence, initial?: S): { output: Sequence; state: S } {
    if (!this.training || initial !== undefined) return this.layer.forward(input, initial);
    const { B } = sequenceShape('Truncated.forward', input);
    this.#checkRows('Truncated.forward', 'input', B);
    const before = mapState((variable) => detach(variable, tf.clone), this.carried);
    const goesOn = detach(this.goesOn, tf.clone) as tf.Tensor1D;
    const found = this.layer.forward(input, carry(goesOn, before, this.initialState(B)));
    this.#keep(found.state);
    return found;
  }

  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    return this.layer.step(x, state);
  }

  read(state: S): tf.Tensor2D | undefined {
    return (this.layer as { read?(state: S): tf.Tensor2D | undefined }).read?.(state);
  }

  /** The next window begins a new sequence in every row, or where `rows` [B] is 1. */
  reset(rows?: tf.Tensor1D): void {
    if (rows) this.#checkRows('Truncated.reset', 'rows', dims('Truncated.reset', { rows: [rows, 'B'] }).B);
    tidied(() => {
      const begins = rows ? tf.cast(rows, 'float32') : tf.onesLike(this.goesOn);
      this.goesOn.assign(tf.mul(this.goesOn, tf.sub(1, begins)));
    });
  }

  #keep(state: S): void {
    const values = stateTensors(state);
    for (const [i, variable] of stateTensors(this.carried).entries()) (variable as tf.Variable).assign(values[i]!);
    tidied(() => this.goesOn.assign(tf.onesLike(this.goesOn)));
  }

  #checkRows(where: string, argument: string, rows: number): void {
    const [batch] = this.goesOn.shape;
    if (rows === batch) return;
    throw new ShapeError(where, `\`${argument}\` must have ${batch} rows, got ${rows}`, {
      hint: 'each row carries a state: a row that has nothing left is padding, mask 0, and not missing',
    });
  }
}

/** What `f` makes besides variables is freed. */
function tidied<T>(f: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = f();
  });
  return result as T;
}

/** States that go on from one batch to the next. */
import { carry, count, detach, dims, knownOptions, Module, mapState, ShapeError, stateTensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface CarriedStateOptions<S> {
  /** Whose state it is; it must keep its shapes, which the cache of a Transformer does not. */
  layer: { initialState(batch: number): S };
  /** Rows of every batch: as many states are carried. */
  batch: number;
}

/** The states after the last batch, as numbers without a past, in variables that no optimiser changes, so that a checkpoint holds them (Williams and Peng 1990). */
export class CarriedState<S> extends Module {
  readonly values: S;
  /** [B], 1 where a row goes on and 0 where it begins. */
  readonly goesOn: tf.Variable<tf.Rank.R1>;
  readonly #fresh: (batch: number) => S;

  constructor(options: CarriedStateOptions<S>) {
    super();
    knownOptions('CarriedState', options, ['layer', 'batch']);
    const batch = count('CarriedState', 'batch', options.batch);
    this.#fresh = (rows) => options.layer.initialState(rows);
    this.values = tidied(() => mapState((tensor) => tf.variable(tensor, false), this.#fresh(batch)));
    this.goesOn = tidied(() => tf.variable(tf.zeros<tf.Rank.R1>([batch]), false));
  }

  /** What the next batch starts from: the carried state, or where a row begins the layer's first. */
  start(): S {
    const before = mapState((variable) => detach(variable, tf.clone), this.values);
    const goesOn = detach(this.goesOn, tf.clone) as tf.Tensor1D;
    return carry(goesOn, before, this.#fresh(goesOn.shape[0]));
  }

  /** Keeps the state that the batch ended with: every row goes on from there. */
  keep(state: S): void {
    const values = stateTensors(state);
    for (const [i, variable] of stateTensors(this.values).entries()) (variable as tf.Variable).assign(values[i]!);
    tidied(() => this.goesOn.assign(tf.onesLike(this.goesOn)));
  }

  /** The next batch begins anew in every row, or where `rows` [B] is 1. Throws ShapeError. */
  reset(rows?: tf.Tensor1D): void {
    if (rows) this.checkRows('CarriedState.reset', 'rows', dims('CarriedState.reset', { rows: [rows, 'B'] }).B);
    tidied(() => {
      const begins = rows ? tf.cast(rows, 'float32') : tf.onesLike(this.goesOn);
      this.goesOn.assign(tf.mul(this.goesOn, tf.sub(1, begins)));
    });
  }

  /** Throws ShapeError unless there are as many rows as states. */
  checkRows(where: string, argument: string, rows: number): void {
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

/** A cell in two parts: what depends on the input alone, which is computed for all steps at once, and the step itself. */
import type { DimsEntry, Sequence } from '@seqloom/core';
import { asMask, dims, Module, zeroPadding } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Linear } from '../linear.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { unroll } from './unroll.js';

/** Where others, dropouts for example, reach into a step. */
export interface StepChanges {
  /** What the recurrent weights read [B,U] in place of the output before. */
  readonly seen?: tf.Tensor2D;
  /** In place of the recurrent weights. */
  readonly recurrent?: tf.Tensor2D;
  /** What becomes of the candidate [B,U] before it is added to the memory. */
  readonly update?: (candidate: tf.Tensor2D) => tf.Tensor2D;
}

/** Base of recurrent cells that can be changed from outside: the wrappers for dropout take any of them, and are such cells themselves. */
export abstract class SplitCell<S> extends Module implements RecurrentCell<S> {
  abstract readonly inputSize: number;
  abstract readonly outputSize: number;
  /** The weights that read the output of the step before. */
  abstract readonly recurrent: Linear;

  abstract initialState(batch: number): S;

  /** The output [B,U] that belongs to a state. */
  abstract read(state: S): tf.Tensor2D;

  /** x [B,D] or [B,T,D], finite at padding → what the steps read of it, [B,·] or [B,T,·]. */
  abstract project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X;

  /** One step: projected x [B,·] and the state → the next state. */
  abstract advance(projected: tf.Tensor2D, state: S, changes?: StepChanges): S;

  /** What shapes a state has, for messages. */
  abstract shapesOf(state: S): Record<string, DimsEntry>;

  /** x [B,D] and the state → output [B,U] and the next state. */
  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    this.check('step', [x, `B ${this.inputSize}`], state);
    return this.next(x, state);
  }

  /** All steps at once; `recurrent` stands in for the recurrent weights where it is given. */
  scan(
    { values, mask }: Sequence,
    initial: S,
    reverse = false,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: S } {
    this.check('scan', [values, `B T ${this.inputSize}`], initial);
    const padded = zeroPadding({ values, mask: asMask(mask) });
    const projected = { values: this.project(padded.values), mask: padded.mask };
    const step = (x: tf.Tensor2D, before: S) => {
      const state = this.advance(x, before, { recurrent });
      return { output: this.read(state), state };
    };
    return unroll(projected, initial, step, reverse);
  }

  /** What `step` does once shapes are checked. */
  protected next(x: tf.Tensor2D, before: S): { output: tf.Tensor2D; state: S } {
    const state = this.advance(this.project(x), before);
    return { output: this.read(state), state };
  }

  protected check(method: string, x: DimsEntry, state: S): void {
    dims(`${this.constructor.name}.${method}`, { x, ...this.shapesOf(state) });
  }
}

/** A cell around another one. */
import type { DimsEntry, Sequence } from '@seqloom/core';
import { OptionError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Linear } from '../../linear.js';
import { SplitCell, type StepChanges } from '../split-cell.js';

/** Base of cells that change how another cell computes in training. */
export abstract class WrappedCell<S> extends SplitCell<S> {
  readonly cell: SplitCell<S>;

  constructor(where: string, cell: SplitCell<S>) {
    super();
    this.cell = splitCell(where, cell);
  }

  get inputSize(): number {
    return this.cell.inputSize;
  }

  get outputSize(): number {
    return this.cell.outputSize;
  }

  get recurrent(): Linear {
    return this.cell.recurrent;
  }

  initialState(batch: number): S {
    return this.cell.initialState(batch);
  }

  read(state: S): tf.Tensor2D {
    return this.cell.read(state);
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.cell.project(x);
  }

  advance(projected: tf.Tensor2D, state: S, changes?: StepChanges): S {
    return this.cell.advance(projected, state, changes);
  }

  override scan(
    input: Sequence,
    initial: S,
    reverse?: boolean,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: S } {
    if (this.idle()) return this.cell.scan(input, initial, reverse, recurrent);
    return super.scan(input, initial, reverse, recurrent);
  }

  shapesOf(state: S): Record<string, DimsEntry> {
    return this.cell.shapesOf(state);
  }

  protected override next(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    return this.idle() ? this.cell.step(x, state) : super.next(x, state);
  }

  /** Whether the inner cell may run by itself, in its fused form where it has one. */
  protected idle(): boolean {
    return !this.training;
  }
}

/** Checks at run time what the type says, for those who come from JavaScript. */
function splitCell<S>(where: string, cell: SplitCell<S>): SplitCell<S> {
  if (typeof cell?.project === 'function' && typeof cell.advance === 'function') return cell;
  throw new OptionError(where, '`cell` must have `project` and `advance`', {
    hint: 'every cell of this package does; one of your own does when it extends SplitCell',
  });
}

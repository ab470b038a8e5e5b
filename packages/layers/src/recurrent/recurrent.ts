/** A cell run over time. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { knownOptions, Module, OptionError, zeroPadding } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { type Checkpoint, checkpointOf, type Ran } from './checkpointed.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { overTime } from './scan.js';
import { unroll } from './unroll.js';

export interface RecurrentOptions<S> {
  cell: RecurrentCell<S>;
  /** Trades time for memory in training: the gradient computes the sequence once more, segment by segment; true: √T segments, a number: so many. */
  checkpoint?: Checkpoint;
}

/** Runs any cell over a sequence: a padded step changes no state and gives 0. */
export class Recurrent<S> extends Module implements RecurrentLayer<S> {
  readonly outputSize: number;
  readonly cell: RecurrentCell<S>;
  readonly checkpoint: Checkpoint;

  constructor(options: RecurrentOptions<S>) {
    super();
    knownOptions('Recurrent', options, ['cell', 'checkpoint']);
    this.cell = cellOf('Recurrent', options.cell);
    this.checkpoint = checkpointOf('Recurrent', options.checkpoint ?? false);
    this.outputSize = this.cell.outputSize;
  }

  get inputSize(): number | undefined {
    return this.cell.inputSize;
  }

  initialState(batch: number): S {
    return this.cell.initialState(batch);
  }

  /** input [B,T,D] → output [B,T,U] and the state after each row's last real step; `initial` is zero unless given. */
  forward(input: Sequence, initial?: S): { output: Sequence; state: S } {
    return this.#over(input, initial, false);
  }

  /** The same from the last step to the first; outputs stay in their places. */
  forwardReversed(input: Sequence, initial?: S): { output: Sequence; state: S } {
    return this.#over(input, initial, true);
  }

  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    return this.cell.step(x, state);
  }

  read(state: S): tf.Tensor2D | undefined {
    return this.cell.read?.(state);
  }

  #over(input: Sequence, initial: S | undefined, reverse: boolean): { output: Sequence; state: S } {
    const { B } = sequenceShape('Recurrent.forward', input, this.inputSize);
    const run = (part: Sequence, from: S, backwards: boolean) => this.#run(part, from, backwards);
    return overTime({ run, owner: this, checkpoint: this.checkpoint }, input, initial ?? this.initialState(B), reverse);
  }

  #run(input: Sequence, initial: S, reverse: boolean): Ran<S> {
    if (this.cell.scan) return this.cell.scan(input, initial, reverse);
    const step = (x: tf.Tensor2D, previous: S) => this.cell.step(x, previous);
    return unroll(zeroPadding(input), initial, step, reverse);
  }
}

/** Checks at run time what the type says, for those who come from JavaScript. */
export function cellOf<S>(where: string, cell: RecurrentCell<S>): RecurrentCell<S> {
  if (typeof cell?.step === 'function' && typeof cell.initialState === 'function' && cell.outputSize > 0) return cell;
  const problem = '`cell` must have `initialState`, `step` and an `outputSize`';
  throw new OptionError(where, problem, { hint: 'for example new GRUCell({ inputSize, hiddenSize })' });
}

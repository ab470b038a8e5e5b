/** A cell run over time. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { asMask, knownOptions, Module, OptionError, zeroPadding } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { type Checkpoint, checkpointed, checkpointOf, type Ran } from './checkpointed.js';
import type { RecurrentCell } from './recurrent-cell.js';
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
    const { B } = sequenceShape('Recurrent.forward', input, this.inputSize);
    const given = { values: input.values, mask: asMask(input.mask) };
    const start = initial ?? this.initialState(B);
    const run = (part: Sequence, from: S) => this.#run(part, from);
    const { output, state } = this.checkpoint
      ? checkpointed({ owner: this, run }, given, start, this.checkpoint)
      : run(given, start);
    return { output: { values: output, mask: given.mask }, state };
  }

  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    return this.cell.step(x, state);
  }

  read(state: S): tf.Tensor2D | undefined {
    return this.cell.read?.(state);
  }

  #run(input: Sequence, initial: S): Ran<S> {
    const padded = zeroPadding(input);
    return this.cell.scan
      ? this.cell.scan(padded, initial)
      : unroll(padded, initial, (x, previous) => this.cell.step(x, previous));
  }
}

/** Checks at run time what the type says, for those who come from JavaScript. */
export function cellOf<S>(where: string, cell: RecurrentCell<S>): RecurrentCell<S> {
  if (typeof cell?.step === 'function' && typeof cell.initialState === 'function' && cell.outputSize > 0) return cell;
  const problem = '`cell` must have `initialState`, `step` and an `outputSize`';
  throw new OptionError(where, problem, { hint: 'for example new GRUCell({ inputSize, hiddenSize })' });
}

/** The long short-term memory cell. */
import type { Rng, Sequence } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { GatedLSTMCell } from './gated-lstm-cell.js';
import { lstmSequence, lstmStep } from './lstm-sequence.js';
import type { LSTMState } from './lstm-state.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';
import type { StepChanges } from './split-cell.js';

export interface LSTMCellOptions {
  inputSize: number;
  hiddenSize: number;
  rng?: Rng;
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), gates in the order i,f,g,o, forget bias 1. */
export class LSTMCell extends GatedLSTMCell {
  constructor(options: LSTMCellOptions) {
    super('LSTMCell', options, { count: 4, forget: 1 });
  }

  advance(projected: tf.Tensor2D, state: LSTMState, changes: StepChanges = {}): LSTMState {
    return lstmStep(projected, state, changes.recurrent ?? (this.recurrent.weight as tf.Tensor2D), changes);
  }

  /** As one op, fused on cpu and wasm. */
  override scan(
    { values, mask }: Sequence,
    state: LSTMState,
    reverse = false,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: LSTMState } {
    this.check('scan', [values, `B T ${this.inputSize}`], state);
    const inputs = { ...scanInputs(this, values, mask, recurrent), hidden: state.hidden, cell: state.cell };
    const [output, hidden, cell] = lstmSequence(inputs, { reverse }) as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D];
    return { output, state: { hidden, cell } };
  }

  protected override next(x: tf.Tensor2D, state: LSTMState): { output: tf.Tensor2D; state: LSTMState } {
    return lstmSequence.fused() ? scanOne(this, x, state) : super.next(x, state);
  }
}

/** The long short-term memory cell. */
import type { DimsEntry, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, orthogonal } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { lstmSequence, lstmStep } from './lstm-sequence.js';
import { gateBias, type LSTMState, lstmShapes, zeroLSTMState } from './lstm-state.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';
import { SplitCell, type StepChanges } from './split-cell.js';

export interface LSTMCellOptions {
  inputSize: number;
  hiddenSize: number;
  rng?: Rng;
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), gates in the order i,f,g,o, forget bias 1. */
export class LSTMCell extends SplitCell<LSTMState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Linear;
  readonly recurrent: Linear;

  constructor(options: LSTMCellOptions) {
    super();
    knownOptions('LSTMCell', options, ['inputSize', 'hiddenSize', 'rng']);
    const { inputSize, hiddenSize, rng } = options;
    this.inputSize = count('LSTMCell', 'inputSize', inputSize);
    this.outputSize = count('LSTMCell', 'hiddenSize', hiddenSize);
    const outputSize = 4 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, bias: gateBias(4, 1), rng });
    this.recurrent = new Linear({ inputSize: hiddenSize, outputSize, bias: false, weight: orthogonal, rng });
  }

  initialState(batch: number): LSTMState {
    return zeroLSTMState(batch, this.outputSize);
  }

  read({ hidden }: LSTMState): tf.Tensor2D {
    return hidden;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.input.forward(x);
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

  shapesOf(state: LSTMState): Record<string, DimsEntry> {
    return lstmShapes(state, this.outputSize);
  }

  protected override next(x: tf.Tensor2D, state: LSTMState): { output: tf.Tensor2D; state: LSTMState } {
    return lstmSequence.fused() ? scanOne(this, x, state) : super.next(x, state);
  }
}

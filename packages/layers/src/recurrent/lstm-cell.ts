/** The long short-term memory cell. */
import type { DimsEntry, Initializer, Rng, Sequence } from '@seqloom/core';
import { count, dims, knownOptions, Module, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { type LSTMState, lstmSequence, lstmStep } from './lstm-sequence.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';

export interface LSTMCellOptions {
  inputSize: number;
  hiddenSize: number;
  rng?: Rng;
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), gates in the order i,f,g,o, forget bias 1. */
export class LSTMCell extends Module implements RecurrentCell<LSTMState> {
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
    this.input = new Linear({ inputSize, outputSize, bias: forgetGateOpen, rng });
    this.recurrent = new Linear({ inputSize: hiddenSize, outputSize, bias: false, weight: orthogonal, rng });
  }

  initialState(batch: number): LSTMState {
    return { hidden: tf.zeros([batch, this.outputSize]), cell: tf.zeros([batch, this.outputSize]) };
  }

  /** x [B,D] and the state ([B,U] each) → next hidden [B,U] and state. */
  step(x: tf.Tensor2D, state: LSTMState): { output: tf.Tensor2D; state: LSTMState } {
    this.#check('LSTMCell.step', [x, `B ${this.inputSize}`], state);
    if (lstmSequence.fused()) return scanOne(this, x, state);
    const next = lstmStep(this.input.forward(x), state, this.recurrent.weight as tf.Tensor2D);
    return { output: next.hidden, state: next };
  }

  scan({ values, mask }: Sequence, state: LSTMState, reverse = false): { output: tf.Tensor3D; state: LSTMState } {
    this.#check('LSTMCell.scan', [values, `B T ${this.inputSize}`], state);
    const inputs = { ...scanInputs(this, values, mask), hidden: state.hidden, cell: state.cell };
    const [output, lastHidden, lastCell] = lstmSequence(inputs, { reverse });
    return {
      output: output as tf.Tensor3D,
      state: { hidden: lastHidden as tf.Tensor2D, cell: lastCell as tf.Tensor2D },
    };
  }

  read({ hidden }: LSTMState): tf.Tensor2D {
    return hidden;
  }

  #check(where: string, x: DimsEntry, state: LSTMState): void {
    const spec = `B ${this.outputSize}`;
    dims(where, { x, 'state.hidden': [state?.hidden, spec], 'state.cell': [state?.cell, spec] });
  }
}

/** 1 for the forget gate, so that the memory lasts from the start (Jozefowicz et al. 2015), 0 elsewhere. */
const forgetGateOpen: Initializer = ([size]) => {
  const units = (size as number) / 4;
  return new Float32Array(4 * units).fill(1, units, 2 * units);
};

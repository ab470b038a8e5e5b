/** The LSTM whose output is smaller than its memory. */
import type { DimsEntry, Rng } from '@seqloom/core';
import { count, knownOptions, orthogonal } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { lstmStep } from './lstm-sequence.js';
import { gateBias, type LSTMState, lstmShapes, zeroLSTMState } from './lstm-state.js';
import { SplitCell, type StepChanges } from './split-cell.js';

export interface ProjectedLSTMCellOptions {
  inputSize: number;
  /** Units of the memory. */
  hiddenSize: number;
  /** The size of the output, PyTorch's `proj_size`. */
  outputSize: number;
  rng?: Rng;
}

/** LSTM with a projection (arXiv:1402.1128): the output and what the recurrent weights read is (o⊙tanh(c))·P, [B,outputSize]; gates i,f,g,o. */
export class ProjectedLSTMCell extends SplitCell<LSTMState> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number;
  readonly input: Linear;
  readonly recurrent: Linear;
  readonly projection: Linear;

  constructor(options: ProjectedLSTMCellOptions) {
    super();
    knownOptions('ProjectedLSTMCell', options, ['inputSize', 'hiddenSize', 'outputSize', 'rng']);
    const { inputSize, hiddenSize, outputSize, rng } = options;
    this.inputSize = count('ProjectedLSTMCell', 'inputSize', inputSize);
    this.hiddenSize = count('ProjectedLSTMCell', 'hiddenSize', hiddenSize);
    this.outputSize = count('ProjectedLSTMCell', 'outputSize', outputSize);
    const gates = 4 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize: gates, bias: gateBias(4, 1), rng });
    this.recurrent = new Linear({ inputSize: outputSize, outputSize: gates, bias: false, weight: orthogonal, rng });
    this.projection = new Linear({ inputSize: hiddenSize, outputSize, bias: false, rng });
  }

  initialState(batch: number): LSTMState {
    return zeroLSTMState(batch, this.hiddenSize, this.outputSize);
  }

  read({ hidden }: LSTMState): tf.Tensor2D {
    return hidden;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.input.forward(x);
  }

  advance(projected: tf.Tensor2D, state: LSTMState, changes: StepChanges = {}): LSTMState {
    const next = lstmStep(projected, state, changes.recurrent ?? (this.recurrent.weight as tf.Tensor2D), changes);
    return { hidden: this.projection.forward(next.hidden), cell: next.cell };
  }

  shapesOf(state: LSTMState): Record<string, DimsEntry> {
    return lstmShapes(state, this.hiddenSize, this.outputSize);
  }
}

/** What the LSTM and its relatives share: sizes, two products that all gates come from, and the state. */
import type { DimsEntry } from '@seqloom/core';
import { count, knownOptions, orthogonal } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { LSTMCellOptions } from './lstm-cell.js';
import { gateBias, type LSTMState, lstmShapes, zeroLSTMState } from './lstm-state.js';
import { SplitCell } from './split-cell.js';

/** How many gates there are, and which of them forgets: its bias starts at 1. */
interface Gates {
  readonly count: number;
  readonly forget: number;
}

/** A cell whose gates are all sums of a product of x [B,D] and one of h [B,U]. */
export abstract class GatedLSTMCell extends SplitCell<LSTMState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Linear;
  readonly recurrent: Linear;

  constructor(where: string, options: LSTMCellOptions, gates: Gates) {
    super();
    knownOptions(where, options, ['inputSize', 'hiddenSize', 'rng']);
    const { inputSize, hiddenSize, rng } = options;
    this.inputSize = count(where, 'inputSize', inputSize);
    this.outputSize = count(where, 'hiddenSize', hiddenSize);
    const outputSize = gates.count * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, bias: gateBias(gates.count, gates.forget), rng });
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

  shapesOf(state: LSTMState): Record<string, DimsEntry> {
    return lstmShapes(state, this.outputSize);
  }
}

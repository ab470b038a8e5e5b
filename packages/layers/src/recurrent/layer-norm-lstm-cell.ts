/** The LSTM with normalised sums and memory. */
import type { DimsEntry } from '@seqloom/core';
import { count, defaultRng, knownOptions, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { LayerNorm } from '../normalization/layer-norm.js';
import type { LSTMCellOptions } from './lstm-cell.js';
import { lstmMemory } from './lstm-sequence.js';
import { gateBias, type LSTMState, lstmShapes, zeroLSTMState } from './lstm-state.js';
import { SplitCell, type StepChanges } from './split-cell.js';

/**
 * Layer-normalised LSTM (arXiv:1607.06450): sums LN(W x) + LN(R h) + b over all 4U gates (i,f,g,o), output o⊙tanh(LN(c)); forget bias 1.
 * The bias stands in `inputNorm`.
 */
export class LayerNormLSTMCell extends SplitCell<LSTMState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Linear;
  readonly recurrent: Linear;
  readonly inputNorm: LayerNorm;
  readonly recurrentNorm: LayerNorm;
  readonly cellNorm: LayerNorm;

  constructor(options: LSTMCellOptions) {
    super();
    knownOptions('LayerNormLSTMCell', options, ['inputSize', 'hiddenSize', 'rng']);
    const { inputSize, hiddenSize, rng } = options;
    this.inputSize = count('LayerNormLSTMCell', 'inputSize', inputSize);
    this.outputSize = count('LayerNormLSTMCell', 'hiddenSize', hiddenSize);
    const outputSize = 4 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, bias: false, rng });
    this.recurrent = new Linear({ inputSize: hiddenSize, outputSize, bias: false, weight: orthogonal, rng });
    this.inputNorm = new LayerNorm({ size: outputSize });
    this.recurrentNorm = new LayerNorm({ size: outputSize });
    this.cellNorm = new LayerNorm({ size: hiddenSize });
    tf.tidy(() => this.inputNorm.bias.assign(tf.tensor1d(gateBias(4, 1)([outputSize], defaultRng))));
  }

  initialState(batch: number): LSTMState {
    return zeroLSTMState(batch, this.outputSize);
  }

  read({ hidden }: LSTMState): tf.Tensor2D {
    return hidden;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.inputNorm.forward(this.input.forward(x));
  }

  advance(
    projected: tf.Tensor2D,
    { hidden, cell }: LSTMState,
    { seen = hidden, recurrent = this.recurrent.weight, update }: StepChanges = {},
  ): LSTMState {
    const recalled = this.recurrentNorm.forward(tf.matMul(seen, recurrent));
    const { memory, open } = lstmMemory(tf.add(projected, recalled), cell, update);
    return { hidden: tf.mul(open, tf.tanh(this.cellNorm.forward(memory))), cell: memory };
  }

  shapesOf(state: LSTMState): Record<string, DimsEntry> {
    return lstmShapes(state, this.outputSize);
  }
}

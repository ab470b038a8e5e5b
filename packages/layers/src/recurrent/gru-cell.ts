/** The gated recurrent unit, with its reset gate after or before the recurrent matrix product. */
import type { DimsEntry, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, oneOf, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { gruResetAfterStep, gruResetBeforeSequence, gruResetBeforeStep, gruSequence } from './gru-sequence.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';
import { SplitCell, type StepChanges } from './split-cell.js';

export interface GRUCellOptions {
  inputSize: number;
  hiddenSize: number;
  /** 'after' the product (default; cuDNN, PyTorch, Keras) or 'before' it (the paper). */
  reset?: 'after' | 'before';
  rng?: Rng;
}

/** Gated recurrent unit (arXiv:1406.1078): h' = z⊙h + (1−z)⊙n, gates in the order reset, update, candidate; x [B,D], h [B,U]. */
export class GRUCell extends SplitCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly reset: 'after' | 'before';
  readonly input: Linear;
  readonly recurrent: Linear; // with a bias only where it cannot merge with the input's

  constructor(options: GRUCellOptions) {
    super();
    knownOptions('GRUCell', options, ['inputSize', 'hiddenSize', 'reset', 'rng']);
    const { inputSize, hiddenSize, reset = 'after', rng } = options;
    this.inputSize = count('GRUCell', 'inputSize', inputSize);
    this.outputSize = count('GRUCell', 'hiddenSize', hiddenSize);
    this.reset = oneOf('GRUCell', 'reset', reset, ['after', 'before']);
    const outputSize = 3 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, rng });
    this.recurrent = new Linear({
      inputSize: hiddenSize,
      outputSize,
      bias: reset === 'after',
      weight: orthogonal,
      rng,
    });
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, this.outputSize]);
  }

  read(state: tf.Tensor2D): tf.Tensor2D {
    return state;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.input.forward(x);
  }

  advance(projected: tf.Tensor2D, hidden: tf.Tensor2D, changes: StepChanges = {}): tf.Tensor2D {
    const { recurrent = this.recurrent.weight as tf.Tensor2D } = changes;
    const { bias } = this.recurrent;
    return bias
      ? gruResetAfterStep(projected, hidden, recurrent, bias, changes)
      : gruResetBeforeStep(projected, hidden, recurrent, changes);
  }

  /** As one op, fused on cpu and wasm. */
  override scan(
    { values, mask }: Sequence,
    hidden: tf.Tensor2D,
    reverse = false,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: tf.Tensor2D } {
    this.check('scan', [values, `B T ${this.inputSize}`], hidden);
    const inputs = { ...scanInputs(this, values, mask, recurrent), hidden };
    const recurrentBias = this.recurrent.bias;
    const [output, state] = recurrentBias
      ? gruSequence({ ...inputs, recurrentBias }, { reverse })
      : gruResetBeforeSequence(inputs, { reverse });
    return { output: output as tf.Tensor3D, state: state as tf.Tensor2D };
  }

  shapesOf(state: tf.Tensor2D): Record<string, DimsEntry> {
    return { state: [state, `B ${this.outputSize}`] };
  }

  protected override next(x: tf.Tensor2D, state: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    const op = this.reset === 'after' ? gruSequence : gruResetBeforeSequence;
    return op.fused() ? scanOne(this, x, state) : super.next(x, state);
  }
}

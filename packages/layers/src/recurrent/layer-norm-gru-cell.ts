/** The gated recurrent unit with normalised sums. */
import type { DimsEntry, Rng } from '@seqloom/core';
import { chunks, count, knownOptions, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { LayerNorm } from '../normalization/layer-norm.js';
import { between } from './gru-sequence.js';
import { SplitCell, type StepChanges } from './split-cell.js';

export interface LayerNormGRUCellOptions {
  inputSize: number;
  hiddenSize: number;
  rng?: Rng;
}

/**
 * Layer-normalised GRU (arXiv:1607.06450): (r,z) = σ(LN(W x) + LN(R h)), n = tanh(LN(W_n x) + r⊙LN(R_n h)), h' = z⊙h + (1−z)⊙n; gates in the
 * order r,z,n, of which r and z are normalised together. The biases stand in the normalisations.
 */
export class LayerNormGRUCell extends SplitCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Linear;
  readonly recurrent: Linear;
  readonly inputNorm: GateNorms;
  readonly recurrentNorm: GateNorms;

  constructor(options: LayerNormGRUCellOptions) {
    super();
    knownOptions('LayerNormGRUCell', options, ['inputSize', 'hiddenSize', 'rng']);
    const { inputSize, hiddenSize, rng } = options;
    this.inputSize = count('LayerNormGRUCell', 'inputSize', inputSize);
    this.outputSize = count('LayerNormGRUCell', 'hiddenSize', hiddenSize);
    const outputSize = 3 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, bias: false, rng });
    this.recurrent = new Linear({ inputSize: hiddenSize, outputSize, bias: false, weight: orthogonal, rng });
    const norms = () => ({
      gates: new LayerNorm({ size: 2 * hiddenSize }),
      candidate: new LayerNorm({ size: hiddenSize }),
    });
    this.inputNorm = norms();
    this.recurrentNorm = norms();
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, this.outputSize]);
  }

  read(state: tf.Tensor2D): tf.Tensor2D {
    return state;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return tf.concat(this.#normed(this.inputNorm, this.input.forward(x)), x.rank - 1);
  }

  advance(
    projected: tf.Tensor2D,
    hidden: tf.Tensor2D,
    { seen = hidden, recurrent = this.recurrent.weight, update }: StepChanges = {},
  ): tf.Tensor2D {
    const U = this.outputSize;
    const [xGates, xCandidate] = tf.split(projected, [2 * U, U], 1) as [tf.Tensor2D, tf.Tensor2D];
    const [hGates, hCandidate] = this.#normed(this.recurrentNorm, tf.matMul(seen, recurrent));
    const [reset, keep] = chunks(tf.sigmoid(tf.add(xGates, hGates)), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const candidate = tf.tanh(tf.add<tf.Tensor2D>(xCandidate, tf.mul(reset, hCandidate)));
    return between(keep, hidden, update ? update(candidate) : candidate);
  }

  shapesOf(state: tf.Tensor2D): Record<string, DimsEntry> {
    return { state: [state, `B ${this.outputSize}`] };
  }

  #normed<X extends tf.Tensor>({ gates, candidate }: GateNorms, sums: X): [gates: X, candidate: X] {
    const U = this.outputSize;
    const [first, second] = tf.split(sums, [2 * U, U], sums.rank - 1) as [X, X];
    return [gates.forward(first), candidate.forward(second)];
  }
}

/** Of r and z, and of the candidate. */
interface GateNorms {
  readonly gates: LayerNorm;
  readonly candidate: LayerNorm;
}

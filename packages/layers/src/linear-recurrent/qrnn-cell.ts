/** The quasi-recurrent cell. */
import type { Rng, Sequence } from '@seqloom/core';
import { asMask, count, dims, knownOptions, Module, oneOf, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { inDirection } from '../state-space/in-direction.js';
import { gateBias } from './gate-bias.js';
import { type GatedEquations, gatedScan, gatesPerUnit } from './gated-scan.js';
import { stepWindows } from './step-windows.js';

export interface QRNNCellOptions {
  inputSize: number;
  hiddenSize: number;
  /** Which gates there are: forget; forget and output (default); input, forget and output. */
  pooling?: 'f' | 'fo' | 'ifo';
  /** K: how many steps gates and candidate see, itself included; 2 unless told. */
  window?: number;
  /** How many steps the longest memories should last at first: see `GatedCellOptions`. */
  timescale?: number;
  rng?: Rng;
}

/** memory [B,U] and, where the window sees more than one step, the last ones: recent [B,K−1,D]. */
export interface QRNNState {
  readonly memory: tf.Tensor2D;
  readonly recent?: tf.Tensor3D;
}

/**
 * QRNN (Bradbury et al., arXiv:1611.01576): gates and candidate z = tanh(…) from a causal convolution of x; c' = f⊙c + (1−f)⊙z (or i⊙z), output c' or o⊙c'.
 * x [B,D] → [B,U].
 */
export class QRNNCell extends Module implements RecurrentCell<QRNNState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly window: number;
  readonly equations: GatedEquations;
  readonly input: Linear; // K steps, oldest first → forget (input) candidate (output)

  constructor(options: QRNNCellOptions) {
    super();
    const where = 'QRNNCell';
    knownOptions(where, options, ['inputSize', 'hiddenSize', 'pooling', 'window', 'timescale', 'rng']);
    const { inputSize, hiddenSize, pooling = 'fo', window = 2, timescale, rng } = options;
    this.inputSize = count(where, 'inputSize', inputSize);
    this.outputSize = count(where, 'hiddenSize', hiddenSize);
    this.window = count(where, 'window', window);
    this.equations = poolings[oneOf(where, 'pooling', pooling, ['f', 'fo', 'ifo'])];
    const bias = gateBias(where, this.equations.rule, hiddenSize, timescale);
    const outputSize = gatesPerUnit(this.equations) * hiddenSize;
    this.input = new Linear({ inputSize: window * inputSize, outputSize, bias, rng });
  }

  initialState(batch: number): QRNNState {
    const memory = tf.zeros<tf.Rank.R2>([batch, this.outputSize]);
    return this.window === 1 ? { memory } : { memory, recent: tf.zeros([batch, this.window - 1, this.inputSize]) };
  }

  step(x: tf.Tensor2D, state: QRNNState): { output: tf.Tensor2D; state: QRNNState } {
    const { B } = dims('QRNNCell.step', { x: [x, `B ${this.inputSize}`] });
    const one = {
      values: tf.reshape<tf.Rank.R3>(x, [B, 1, this.inputSize]),
      mask: tf.ones<tf.Rank.R2>([B, 1], 'bool'),
    };
    const next = this.#over(one, state);
    return { output: tf.reshape(next.output, [B, this.outputSize]), state: next.state };
  }

  scan(input: Sequence, state: QRNNState, reverse = false): { output: tf.Tensor3D; state: QRNNState } {
    return inDirection(reverse, zeroPadding(input), (ahead) => this.#over(ahead, state));
  }

  /** The memory, where it is the output too. */
  read({ memory }: QRNNState): tf.Tensor2D | undefined {
    return this.equations.output === undefined ? memory : undefined;
  }

  #over({ values, mask: given }: Sequence, { memory, recent }: QRNNState) {
    const { inputSize: D, outputSize, window } = this;
    dims('QRNNCell.scan', { x: [values, `B T ${D}`], 'state.memory': [memory, `B ${outputSize}`] });
    const mask = asMask(given);
    const convolve = (x: tf.Tensor3D) => this.input.forward(x);
    if (window === 1) return this.#pool(convolve(values), mask, memory, {});
    const history = recent as tf.Tensor3D;
    dims('QRNNCell.scan', { x: [values, 'B T D'], 'state.recent': [history, `B ${window - 1} D`] });
    const [windows, last] = stepWindows({ x: values, mask, history }, {}) as [tf.Tensor3D, tf.Tensor3D];
    return this.#pool(convolve(windows), mask, memory, { recent: last });
  }

  #pool(gates: tf.Tensor3D, mask: tf.Tensor2D, initial: tf.Tensor2D, recent: { recent?: tf.Tensor3D }) {
    const [output, memory] = gatedScan({ gates, mask, initial }, { ...this.equations, reverse: false });
    return { output: output as tf.Tensor3D, state: { memory: memory as tf.Tensor2D, ...recent } };
  }
}

const poolings: Readonly<Record<'f' | 'fo' | 'ifo', GatedEquations>> = {
  f: { rule: 'forget', candidate: 'tanh' },
  fo: { rule: 'forget', candidate: 'tanh', output: 'linear' },
  ifo: { rule: 'independent', candidate: 'tanh', output: 'linear' },
};

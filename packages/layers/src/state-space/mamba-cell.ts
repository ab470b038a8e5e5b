/** The selective state space of Mamba. */
import type { Initializer, Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  chunks,
  count,
  defaultRng,
  dims,
  knownOptions,
  Module,
  ones,
  parameter,
  uniform,
  zeroPadding,
  zeros,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { silu } from '../transformer/activations.js';
import { depthwiseScan } from './depthwise-scan.js';
import { inDirection } from './in-direction.js';
import { logUniformSteps } from './log-uniform-steps.js';
import { selectiveScan } from './selective-scan.js';

export interface MambaCellOptions {
  /** D, in and out. */
  inputSize: number;
  /** E channels within; 2·D unless told. */
  hiddenSize?: number;
  /** N numbers of memory for each channel; 16 unless told. */
  stateSize?: number;
  /** Steps that the convolution before the recurrence sees, at least 2; 4 unless told. */
  window?: number;
  /** R: through how many numbers the steps Δ are projected; ⌈D/16⌉ unless told. */
  stepRank?: number;
  rng?: Rng;
}

/** What Mamba carries from step to step: memory [B,N,E], and recent [B,window − 1,E], what the convolution will see again. */
export interface MambaState {
  readonly memory: tf.Tensor3D;
  readonly recent: tf.Tensor3D;
}

/**
 * Mamba's selective state space (Gu and Dao, arXiv:2312.00752): of u, z = x·W, c = SiLU(conv(u)); Δ = softplus(c·V), B and C from c too;
 * h' = e^(ΔA)⊙h + Δ·c⊗B; output ((h'·C + d⊙c)⊙SiLU(z))·O. x [B,D] → [B,D].
 */
export class MambaCell extends Module implements RecurrentCell<MambaState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly hiddenSize: number;
  readonly stateSize: number;
  readonly window: number;
  readonly stepRank: number;
  readonly input: Linear; // x → u, z
  readonly kernel: tf.Variable<tf.Rank.R2>; // of the convolution [window,E]
  readonly kernelBias: tf.Variable<tf.Rank.R1>;
  readonly selection: Linear; // c → Δ's rank, B, C
  readonly steps: Linear;
  readonly logRates: tf.Variable<tf.Rank.R2>; // log −A [N,E]
  readonly skip: tf.Variable<tf.Rank.R1>; // d [E]
  readonly output: Linear;

  constructor(options: MambaCellOptions) {
    super();
    knownOptions('MambaCell', options, ['inputSize', 'hiddenSize', 'stateSize', 'window', 'stepRank', 'rng']);
    const { inputSize: D, hiddenSize: E = 2 * D, stateSize: N = 16, window = 4, rng = defaultRng } = options;
    this.inputSize = this.outputSize = count('MambaCell', 'inputSize', D);
    this.hiddenSize = count('MambaCell', 'hiddenSize', E);
    this.stateSize = count('MambaCell', 'stateSize', N);
    this.window = count('MambaCell', 'window', window, 2);
    const R = count('MambaCell', 'stepRank', options.stepRank ?? Math.ceil(D / 16));
    this.stepRank = R;
    this.input = new Linear({ inputSize: D, outputSize: 2 * E, bias: false, rng });
    this.kernel = parameter([window, E], uniform(1 / Math.sqrt(window)), rng);
    this.kernelBias = parameter([E], zeros, rng);
    this.selection = new Linear({ inputSize: E, outputSize: R + 2 * N, bias: false, rng });
    const bias = logUniformSteps((step) => Math.log(Math.expm1(step))); // softplus makes Δ of it
    this.steps = new Linear({ inputSize: R, outputSize: E, weight: uniform(1 / Math.sqrt(R)), bias, rng });
    this.logRates = parameter([N, E], logOfModes, rng);
    this.skip = parameter([E], ones, rng);
    this.output = new Linear({ inputSize: E, outputSize: D, bias: false, rng });
  }

  initialState(batch: number): MambaState {
    const { hiddenSize: E, stateSize, window } = this;
    return { memory: tf.zeros([batch, stateSize, E]), recent: tf.zeros([batch, window - 1, E]) };
  }

  step(x: tf.Tensor2D, state: MambaState): { output: tf.Tensor2D; state: MambaState } {
    const { B } = dims('MambaCell.step', { x: [x, `B ${this.inputSize}`] });
    const one = {
      values: tf.reshape<tf.Rank.R3>(x, [B, 1, this.inputSize]),
      mask: tf.ones<tf.Rank.R2>([B, 1], 'bool'),
    };
    const next = this.#over(one, state);
    return { output: tf.reshape(next.output, [B, this.outputSize]), state: next.state };
  }

  scan(input: Sequence, state: MambaState, reverse = false): { output: tf.Tensor3D; state: MambaState } {
    return inDirection(reverse, zeroPadding(input), (ahead) => this.#over(ahead, state));
  }

  #over({ values, mask: given }: Sequence, state: MambaState): { output: tf.Tensor3D; state: MambaState } {
    const { hiddenSize: E, stateSize: N, stepRank: R, window } = this;
    dims('MambaCell.scan', {
      x: [values, `B T ${this.inputSize}`],
      'state.memory': [state?.memory, `B ${N} ${E}`],
      'state.recent': [state?.recent, `B ${window - 1} ${E}`],
    });
    const mask = asMask(given);
    const [before, gate] = chunks(this.input.forward(values), 2, 2) as [tf.Tensor3D, tf.Tensor3D];
    const convolution = { x: before, weight: this.kernel, bias: this.kernelBias, mask, history: state.recent };
    const [convolved, recent] = depthwiseScan(convolution, {}) as [tf.Tensor3D, tf.Tensor3D];
    const x = silu(convolved);
    const [rank, input, output] = tf.split(this.selection.forward(x), [R, N, N], 2) as [
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const steps = tf.softplus(this.steps.forward(rank));
    const rates = tf.neg(tf.exp(this.logRates));
    const [y, memory] = selectiveScan({ x, steps, rates, input, output, mask, initial: state.memory }, {});
    const shown = tf.mul<tf.Tensor3D>(tf.add(y!, tf.mul(x, this.skip)), silu(gate));
    return { output: this.output.forward(shown), state: { memory: memory as tf.Tensor3D, recent } };
  }
}

/** A = −1, …, −N at first in every channel (S4D-Real). */
const logOfModes: Initializer = ([N, E]) =>
  Float32Array.from({ length: N! * E! }, (_, i) => Math.log(1 + Math.floor(i / E!)));

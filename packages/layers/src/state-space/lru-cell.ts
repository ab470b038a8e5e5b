/** The linear recurrent unit. */
import type { Initializer, Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  count,
  defaultRng,
  dims,
  knownOptions,
  Module,
  normal,
  OptionError,
  parameter,
  show,
  within,
  zeroPadding,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { exponential, joined } from './complex.js';
import { complexLinearScan } from './linear-scan.js';

export interface LRUCellOptions {
  inputSize: number;
  /** N: complex numbers of the state. */
  hiddenSize: number;
  /** `inputSize` unless told. */
  outputSize?: number;
  /** Between which sizes eigenvalues start, uniformly over the ring's area; [0.9, 0.999] unless told: memories of 10 to 1000 steps. */
  radius?: readonly [least: number, most: number];
  /** Up to which angle they start; 2π unless told, less where what matters changes slowly. */
  phase?: number;
  rng?: Rng;
}

/**
 * LRU (Orvieto et al., arXiv:2303.06349): h' = λ⊙h + γ⊙(x·B) over complex numbers, output Re(h'·C) + x·D, |λ| = exp(−exp ν) < 1 whatever is
 * learnt, and γ = √(1 − |λ|²) at first, so that states have the size of their inputs. x [B,D] → [B,U]; the state [B,2N] is real parts, then imaginary ones.
 */
export class LRUCell extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly hiddenSize: number;
  readonly logDecay: tf.Variable<tf.Rank.R1>; // ν
  readonly logPhase: tf.Variable<tf.Rank.R1>;
  readonly logGain: tf.Variable<tf.Rank.R1>; // log γ
  readonly input: tf.Variable<tf.Rank.R2>; // B
  readonly output: Linear; // C: Re, then −Im
  readonly skip: Linear | tf.Variable<tf.Rank.R1>; // D: a diagonal where sizes allow

  constructor(options: LRUCellOptions) {
    super();
    knownOptions('LRUCell', options, ['inputSize', 'hiddenSize', 'outputSize', 'radius', 'phase', 'rng']);
    const { inputSize, hiddenSize, outputSize = inputSize, radius = [0.9, 0.999], rng = defaultRng } = options;
    this.inputSize = count('LRUCell', 'inputSize', inputSize);
    this.hiddenSize = count('LRUCell', 'hiddenSize', hiddenSize);
    this.outputSize = count('LRUCell', 'outputSize', outputSize);
    const phase = within('LRUCell', 'phase', options.phase ?? 2 * Math.PI, 1e-6, 2 * Math.PI);
    const sizes = ring(radius)([hiddenSize], rng);
    const drawn = (f: (size: number) => number): Initializer => constantsOf(sizes.map(f));
    this.logDecay = parameter(
      [hiddenSize],
      drawn((size) => Math.log(-Math.log(size))),
      rng,
    );
    this.logPhase = parameter([hiddenSize], (_, draw) => sizes.map(() => Math.log(phase * (1 - draw.uniform()))), rng);
    this.logGain = parameter(
      [hiddenSize],
      drawn((size) => Math.log(1 - size * size) / 2),
      rng,
    );
    this.input = parameter([inputSize, 2 * hiddenSize], normal(1 / Math.sqrt(2 * inputSize)), rng);
    const weight = normal(1 / Math.sqrt(hiddenSize));
    this.output = new Linear({ inputSize: 2 * hiddenSize, outputSize, bias: false, weight, rng });
    this.skip =
      inputSize === outputSize
        ? parameter([outputSize], normal(1), rng)
        : new Linear({ inputSize, outputSize, bias: false, rng });
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, 2 * this.hiddenSize]);
  }

  step(x: tf.Tensor2D, state: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    const { B } = dims('LRUCell.step', { x: [x, `B ${this.inputSize}`] });
    const one = {
      values: tf.reshape<tf.Rank.R3>(x, [B, 1, this.inputSize]),
      mask: tf.ones<tf.Rank.R2>([B, 1], 'bool'),
    };
    const next = this.#over(one, state, false);
    return { output: tf.reshape(next.output, [B, this.outputSize]), state: next.state };
  }

  scan(input: Sequence, state: tf.Tensor2D, reverse = false): { output: tf.Tensor3D; state: tf.Tensor2D } {
    return this.#over(zeroPadding(input), state, reverse);
  }

  /** λ [2N]: what the state is multiplied with at each step. */
  eigenvalues(): tf.Tensor1D {
    return joined(exponential([tf.neg(tf.exp(this.logDecay)), tf.exp(this.logPhase)])) as tf.Tensor1D;
  }

  #over({ values, mask }: Sequence, initial: tf.Tensor2D, reverse: boolean) {
    const { inputSize, hiddenSize } = this;
    const { B, T } = dims('LRUCell.scan', { x: [values, `B T ${inputSize}`], state: [initial, `B ${2 * hiddenSize}`] });
    const gain = tf.exp(this.logGain);
    const weight = tf.mul<tf.Tensor2D>(this.input, tf.concat([gain, gain])); // γ on B: once for all steps
    const driven = tf.matMul(tf.reshape<tf.Rank.R2>(values, [B * T, inputSize]), weight);
    const input = tf.reshape(driven, [B, T, 2 * hiddenSize]);
    const given = { decay: this.eigenvalues(), input, mask: asMask(mask), initial };
    const [states, state] = complexLinearScan(given, { reverse }) as [tf.Tensor3D, tf.Tensor2D];
    const past = this.skip instanceof Linear ? this.skip.forward(values) : tf.mul<tf.Tensor3D>(values, this.skip);
    return { output: tf.add<tf.Tensor3D>(this.output.forward(states), past), state };
  }
}

/** Sizes drawn uniformly over the area between two circles. */
function ring([least, most]: readonly [number, number]): Initializer {
  if (!(0 <= least && least < most && most < 1)) {
    throw new OptionError(
      'LRUCell',
      `\`radius\` must be two numbers, 0 ≤ least < most < 1, got ${show([least, most])}`,
    );
  }
  return ([size], rng) =>
    Float32Array.from({ length: size! }, () => Math.sqrt(most ** 2 - rng.uniform() * (most ** 2 - least ** 2)));
}

function constantsOf(values: Float32Array): Initializer {
  return () => values;
}

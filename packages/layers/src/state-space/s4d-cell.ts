/** The diagonal structured state space. */
import type { Initializer, Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  count,
  defaultRng,
  dims,
  knownOptions,
  Module,
  normal,
  oneOf,
  ones,
  parameter,
  zeroPadding,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { type Complex, exponential, product, quotient } from './complex.js';
import { diagonalScan } from './diagonal-scan.js';
import { inDirection } from './in-direction.js';
import { logUniformSteps } from './log-uniform-steps.js';

export interface S4DCellOptions {
  /** D channels, in and out. */
  inputSize: number;
  /** N: complex modes of each channel, each for two that are conjugates; 32 unless told. */
  stateSize?: number;
  /** Frequencies at first: 'linear', πn (default; S4D-Lin), or 'inverse', (2N/π)·(2N/(2n + 1) − 1) (S4D-Inv). */
  frequencies?: 'linear' | 'inverse';
  /** From continuous time to steps: with the input held in between (default), or by the trapezoidal rule. */
  discretization?: 'zero-order-hold' | 'bilinear';
  rng?: Rng;
}

/**
 * S4D (Gu et al., arXiv:2206.11893): for each channel h'(t) = A⊙h + x and y = 2·Re Σ C·h + d·x over N complex modes with Re A < 0, in steps of Δ that are learnt.
 * Computed as a recurrence, without convolution. x [B,D] → [B,D]; the state [B,2,N,D] is real parts, then imaginary ones.
 */
export class S4DCell extends Module implements RecurrentCell<tf.Tensor4D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly stateSize: number;
  readonly discretization: 'zero-order-hold' | 'bilinear';
  readonly logStep: tf.Variable<tf.Rank.R1>; // log Δ [D]
  readonly logDecay: tf.Variable<tf.Rank.R2>; // log −Re A [N,D]
  readonly frequency: tf.Variable<tf.Rank.R2>; // Im A [N,D]
  readonly output: tf.Variable<tf.Rank.R3>; // C [2,N,D]
  readonly skip: tf.Variable<tf.Rank.R1>; // d [D]

  constructor(options: S4DCellOptions) {
    super();
    knownOptions('S4DCell', options, ['inputSize', 'stateSize', 'frequencies', 'discretization', 'rng']);
    const { inputSize, stateSize = 32, frequencies = 'linear', rng = defaultRng } = options;
    const D = count('S4DCell', 'inputSize', inputSize);
    const N = count('S4DCell', 'stateSize', stateSize);
    oneOf('S4DCell', 'frequencies', frequencies, ['linear', 'inverse']);
    const rules = ['zero-order-hold', 'bilinear'] as const;
    this.discretization = oneOf('S4DCell', 'discretization', options.discretization ?? rules[0], rules);
    [this.inputSize, this.outputSize, this.stateSize] = [D, D, N];
    this.logStep = parameter([D], logUniformSteps(Math.log), rng);
    this.logDecay = parameter(
      [N, D],
      eachMode(() => Math.log(0.5)),
      rng,
    );
    this.frequency = parameter([N, D], eachMode(spectra[frequencies]), rng);
    this.output = parameter([2, N, D], normal(Math.SQRT1_2), rng);
    this.skip = parameter([D], ones, rng);
  }

  initialState(batch: number): tf.Tensor4D {
    return tf.zeros([batch, 2, this.stateSize, this.inputSize]);
  }

  step(x: tf.Tensor2D, state: tf.Tensor4D): { output: tf.Tensor2D; state: tf.Tensor4D } {
    const { B } = dims('S4DCell.step', { x: [x, `B ${this.inputSize}`] });
    const one = {
      values: tf.reshape<tf.Rank.R3>(x, [B, 1, this.inputSize]),
      mask: tf.ones<tf.Rank.R2>([B, 1], 'bool'),
    };
    const next = this.#over(one, state);
    return { output: tf.reshape(next.output, [B, this.outputSize]), state: next.state };
  }

  scan(input: Sequence, state: tf.Tensor4D, reverse = false): { output: tf.Tensor3D; state: tf.Tensor4D } {
    return inDirection(reverse, zeroPadding(input), (ahead) => this.#over(ahead, state));
  }

  #over({ values, mask }: Sequence, initial: tf.Tensor4D): { output: tf.Tensor3D; state: tf.Tensor4D } {
    const { inputSize: D, stateSize: N } = this;
    dims('S4DCell.scan', { x: [values, `B T ${D}`], state: [initial, `B 2 ${N} ${D}`] });
    const { rates, output } = this.#discrete();
    const [y, state] = diagonalScan({ x: values, rates, output, mask: asMask(mask), initial }, {});
    return { output: tf.add<tf.Tensor3D>(y!, tf.mul(values, this.skip)), state: state as tf.Tensor4D };
  }

  /** λ, and C with what an input adds to the state, for steps of Δ. */
  #discrete(): { rates: tf.Tensor; output: tf.Tensor } {
    const step = tf.exp(this.logStep);
    const rate: Complex = [tf.neg(tf.exp(this.logDecay)), this.frequency];
    const scaled: Complex = [tf.mul(rate[0], step), tf.mul(rate[1], step)];
    const [rates, gain] = this.discretization === 'bilinear' ? trapezoidal(scaled, step) : held(scaled, rate);
    const [cRe, cIm] = tf.unstack(this.output) as [tf.Tensor, tf.Tensor];
    const output = product([tf.mul(2, cRe), tf.mul(2, cIm)], gain);
    return { rates: tf.stack([...rates]), output: tf.stack([...output]) };
  }
}

/** λ = e^(ΔA) and (λ − 1)/A. */
function held(scaled: Complex, rate: Complex): [rates: Complex, gain: Complex] {
  const rates = exponential(scaled);
  return [rates, quotient([tf.sub(rates[0], 1), rates[1]], rate)];
}

/** λ = (1 + ΔA/2)/(1 − ΔA/2) and Δ/(1 − ΔA/2). */
function trapezoidal([re, im]: Complex, step: tf.Tensor): [rates: Complex, gain: Complex] {
  const [half, turn] = [tf.div(re, 2), tf.div(im, 2)];
  const rest: Complex = [tf.sub(1, half), tf.neg(turn)];
  return [quotient([tf.add(1, half), turn], rest), quotient([step, tf.zerosLike(step)], rest)];
}

/** Im A of mode n among N. */
const spectra = {
  linear: (n: number) => Math.PI * n,
  inverse: (n: number, N: number) => ((2 * N) / Math.PI) * ((2 * N) / (2 * n + 1) - 1),
} as const;

/** The same for every channel: [N,D]. */
function eachMode(f: (n: number, N: number) => number): Initializer {
  return ([N, D]) => Float32Array.from({ length: N! * D! }, (_, i) => f(Math.floor(i / D!), N!));
}

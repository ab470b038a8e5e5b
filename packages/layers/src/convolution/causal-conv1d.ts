/** Convolution over time that does not look ahead. */
import type { RecurrentLayer, Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  count,
  defaultRng,
  dims,
  glorotUniform,
  knownOptions,
  Module,
  OptionError,
  parameter,
  zeros,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { causalConvolution, groupedCausalConvolution } from './causal-convolution.js';
import { filterNorms, weightNormed } from './weight-norm.js';

export interface CausalConv1dOptions {
  inputSize: number;
  outputSize: number;
  /** K, how many steps a filter sees. */
  kernel: number;
  /** From one tap to the next; 1 unless told. */
  dilation?: number;
  /** In how many groups features stay apart; as many as features make it depthwise; 1 unless told. */
  groups?: number;
  bias?: boolean;
  /** Learns the length of each filter apart from its direction (arXiv:1602.07868). */
  weightNorm?: boolean;
  rng?: Rng;
}

/**
 * Causal (dilated) convolution over real steps: y_t = b + Σ_k x_{t−(K−1−k)·dilation}·W_k, input [B,T,D] → output [B,T,U]. Before the first step stand
 * zeros; padded steps are passed over, so they change nothing, wherever they are. The state [B,(K−1)·dilation,D] holds the last real inputs.
 */
export class CausalConv1d extends Module implements RecurrentLayer<tf.Tensor3D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly dilation: number;
  readonly groups: number;
  /** [K,D/groups,U], the last tap is the step itself; with weight norm only its direction counts. */
  readonly weight: tf.Variable<tf.Rank.R3>;
  /** The lengths of the filters [U], with weight norm. */
  readonly gain: tf.Variable<tf.Rank.R1> | undefined;
  readonly bias: tf.Variable<tf.Rank.R1> | undefined;

  constructor(options: CausalConv1dOptions) {
    super();
    knownOptions('CausalConv1d', options, known);
    const { inputSize, outputSize, kernel, dilation = 1, groups = 1, bias = true, rng = defaultRng } = options;
    this.inputSize = count('CausalConv1d', 'inputSize', inputSize);
    this.outputSize = count('CausalConv1d', 'outputSize', outputSize);
    this.dilation = count('CausalConv1d', 'dilation', dilation);
    this.groups = count('CausalConv1d', 'groups', groups);
    if (inputSize % groups !== 0 || outputSize % groups !== 0)
      throw new OptionError(
        'CausalConv1d',
        `\`groups\` must divide inputSize ${inputSize} and outputSize ${outputSize}`,
      );
    const shape = [count('CausalConv1d', 'kernel', kernel), inputSize / groups, outputSize];
    const drawn = glorotUniform(shape, rng);
    this.weight = parameter(shape, () => drawn);
    this.gain = options.weightNorm ? parameter([outputSize], () => filterNorms(drawn, outputSize)) : undefined;
    this.bias = bias ? parameter([outputSize], zeros) : undefined;
  }

  /** Steps that the state holds: (K−1)·dilation. */
  get memory(): number {
    return (this.weight.shape[0] - 1) * this.dilation;
  }

  initialState(batch: number): tf.Tensor3D {
    return tf.zeros([batch, this.memory, this.inputSize]);
  }

  /** input [B,T,D] → output [B,T,U] and the last real inputs; `initial` is zero unless given. Throws ShapeError. */
  forward(input: Sequence, initial?: tf.Tensor3D): { output: Sequence; state: tf.Tensor3D } {
    const { B } = sequenceShape('CausalConv1d.forward', input, this.inputSize);
    const past = initial ?? this.initialState(B);
    dims('CausalConv1d.forward', { input: [input.values, 'B T D'], initial: [past, `B ${this.memory} D`] });
    const mask = asMask(input.mask);
    const { values, state } = this.#convolve(input.values, past, mask);
    return { output: { values, mask }, state };
  }

  /** x [B,D] and the last real inputs → output [B,U]. */
  step(x: tf.Tensor2D, past: tf.Tensor3D): { output: tf.Tensor2D; state: tf.Tensor3D } {
    const D = this.inputSize;
    const { B } = dims('CausalConv1d.step', { x: [x, `B ${D}`], state: [past, `B ${this.memory} ${D}`] });
    const { values, state } = this.#convolve(tf.reshape(x, [B, 1, D]), past, tf.ones([B, 1], 'bool'));
    return { output: tf.reshape(values, [B, this.outputSize]), state };
  }

  #convolve(x: tf.Tensor3D, past: tf.Tensor3D, mask: tf.Tensor2D): { values: tf.Tensor3D; state: tf.Tensor3D } {
    const weight = this.gain ? weightNormed(this.weight, this.gain) : this.weight;
    const inputs = { x, past, weight, bias: this.bias ?? tf.zeros([this.outputSize]), mask };
    const { dilation, groups } = this;
    const [values, state] =
      groups === 1 ? causalConvolution(inputs, { dilation }) : groupedCausalConvolution(inputs, dilation, groups);
    return { values: values as tf.Tensor3D, state: state as tf.Tensor3D };
  }
}

const known = ['inputSize', 'outputSize', 'kernel', 'dilation', 'groups', 'bias', 'weightNorm', 'rng'];

/** The feed-forward part of a Transformer block. */
import type { Rng } from '@seqloom/core';
import { count, knownOptions, Module, oneOf } from '@seqloom/core';
import type { ActivationName } from '@seqloom/kernels';
import type * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import { Linear } from '../linear.js';
import { activation, gated } from './activations.js';

/** Activations of one product, and gates a·f(b) of two: GLU (sigmoid), ReGLU, GEGLU, SwiGLU and bilinear (the identity). arXiv:2002.05202 */
export type FeedForwardActivation =
  | 'relu'
  | 'gelu'
  | 'geluTanh'
  | 'silu'
  | 'glu'
  | 'reglu'
  | 'geglu'
  | 'swiglu'
  | 'bilinear';

const activations: Record<FeedForwardActivation, { f: ActivationName; gates: boolean }> = {
  relu: { f: 'relu', gates: false },
  gelu: { f: 'gelu', gates: false },
  geluTanh: { f: 'geluTanh', gates: false },
  silu: { f: 'silu', gates: false },
  glu: { f: 'sigmoid', gates: true },
  reglu: { f: 'relu', gates: true },
  geglu: { f: 'gelu', gates: true },
  swiglu: { f: 'silu', gates: true },
  bilinear: { f: 'identity', gates: true },
};

export interface FeedForwardOptions {
  /** D, of input and output. */
  size: number;
  /** F, between the two layers; 4·size unless told. For a gate the paper takes two thirds of it. */
  hiddenSize?: number;
  /** 'gelu' unless told. */
  activation?: FeedForwardActivation;
  /** Whether the two layers have biases; true unless told. */
  bias?: boolean;
  /** The dropout rate behind the activation. */
  dropout?: number;
  rng?: Rng;
}

/** y = activation(x·W₁ + b₁)·W₂ + b₂ at each position, where a gated activation has W₁ of twice the width: x [B,D] or [B,T,D] → the same. arXiv:1706.03762 */
export class FeedForward extends Module {
  readonly size: number;
  readonly activation: FeedForwardActivation;
  readonly inner: Linear; // D → F, or [a, b] of 2F
  readonly outer: Linear; // F → D
  readonly dropout: Dropout;

  constructor(options: FeedForwardOptions) {
    super();
    knownOptions('FeedForward', options, ['size', 'hiddenSize', 'activation', 'bias', 'dropout', 'rng']);
    const { size, bias = true, dropout = 0, rng } = options;
    this.size = count('FeedForward', 'size', size);
    const hiddenSize = count('FeedForward', 'hiddenSize', options.hiddenSize ?? 4 * size);
    const names = Object.keys(activations) as FeedForwardActivation[];
    this.activation = oneOf('FeedForward', 'activation', options.activation ?? 'gelu', names);
    const width = activations[this.activation].gates ? 2 * hiddenSize : hiddenSize;
    this.inner = new Linear({ inputSize: size, outputSize: width, bias, rng });
    this.outer = new Linear({ inputSize: hiddenSize, outputSize: size, bias, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  forward<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    const { f, gates } = activations[this.activation];
    const [hidden] = (gates ? gated : activation)({ x: this.inner.forward(x) }, { f }) as [X];
    return this.outer.forward(this.dropout.forward(hidden));
  }
}

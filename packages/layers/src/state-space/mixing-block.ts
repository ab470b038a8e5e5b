/** Blocks whose recurrence is linear: the nonlinear part is a gated mix of channels after it. */
import { count, defaultRng, knownOptions, type RecurrentLayer, type Rng } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import { Linear } from '../linear.js';
import { LayerNorm } from '../normalization/layer-norm.js';
import { gelu, glu } from '../transformer/activations.js';
import { ResidualBlock } from './residual-block.js';

export interface MixingBlockOptions {
  /** D, of inputs and outputs. */
  size: number;
  dropout?: number;
  rng?: Rng;
}

/** x + GLU(W·GELU(layer(LayerNorm(x)))), dropout on both sides of W: [B,T,D] → [B,T,D]. */
export abstract class MixingBlock<S> extends ResidualBlock<S> {
  readonly outputSize: number;
  readonly norm: LayerNorm;
  readonly layer: RecurrentLayer<S>;
  readonly gates: Linear;
  readonly dropout: Dropout;

  constructor(
    where: string,
    options: MixingBlockOptions,
    layerOptions: readonly string[],
    layer: (size: number, rng: Rng) => RecurrentLayer<S>,
  ) {
    super();
    knownOptions(where, options, ['size', 'dropout', 'rng', ...layerOptions]);
    const { size, dropout = 0, rng = defaultRng } = options;
    this.outputSize = count(where, 'size', size);
    this.norm = new LayerNorm({ size });
    this.layer = layer(size, rng);
    this.gates = new Linear({ inputSize: size, outputSize: 2 * size, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  protected override mix<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    const gates = this.gates.forward(this.dropout.forward(gelu(x)));
    return this.dropout.forward(glu(gates)) as X;
  }
}

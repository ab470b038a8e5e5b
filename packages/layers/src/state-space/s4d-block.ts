/** The block that deep models of diagonal state spaces are stacked from. */
import type * as tf from '@tensorflow/tfjs-core';
import { Recurrent } from '../recurrent/recurrent.js';
import { MixingBlock, type MixingBlockOptions } from './mixing-block.js';
import { S4DCell, type S4DCellOptions } from './s4d-cell.js';

export type S4DBlockOptions = MixingBlockOptions & Omit<S4DCellOptions, 'inputSize'>;

/** x + GLU(W·GELU(S4D(LayerNorm(x)))), dropout on both sides of W: [B,T,D] → [B,T,D]. Gu et al., arXiv:2206.11893 */
export class S4DBlock extends MixingBlock<tf.Tensor4D> {
  constructor(options: S4DBlockOptions) {
    super('S4DBlock', options, ['stateSize', 'frequencies', 'discretization'], (inputSize, rng) => {
      const { stateSize, frequencies, discretization } = options;
      return new Recurrent({ cell: new S4DCell({ inputSize, stateSize, frequencies, discretization, rng }) });
    });
  }
}

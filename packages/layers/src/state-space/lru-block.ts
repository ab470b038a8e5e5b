/** The block that deep models of linear recurrent units are stacked from. */
import type * as tf from '@tensorflow/tfjs-core';
import { Recurrent } from '../recurrent/recurrent.js';
import { LRUCell, type LRUCellOptions } from './lru-cell.js';
import { MixingBlock, type MixingBlockOptions } from './mixing-block.js';

export type LRUBlockOptions = MixingBlockOptions & Pick<LRUCellOptions, 'hiddenSize' | 'radius' | 'phase'>;

/** x + GLU(W·GELU(LRU(LayerNorm(x)))), dropout on both sides of W: [B,T,D] → [B,T,D]. Orvieto et al., arXiv:2303.06349, figure 1 */
export class LRUBlock extends MixingBlock<tf.Tensor2D> {
  constructor(options: LRUBlockOptions) {
    super('LRUBlock', options, ['hiddenSize', 'radius', 'phase'], (inputSize, rng) => {
      const { hiddenSize, radius, phase } = options;
      return new Recurrent({ cell: new LRUCell({ inputSize, hiddenSize, radius, phase, rng }) });
    });
  }
}

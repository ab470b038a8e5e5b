/** The block that Mamba models are stacked from. */
import { defaultRng, knownOptions } from '@seqloom/core';
import { RMSNorm } from '../normalization/rms-norm.js';
import { Recurrent } from '../recurrent/recurrent.js';
import { MambaCell, type MambaCellOptions, type MambaState } from './mamba-cell.js';
import { ResidualBlock } from './residual-block.js';

export interface MambaBlockOptions extends Omit<MambaCellOptions, 'inputSize'> {
  /** D, of inputs and outputs. */
  size: number;
}

/** x + Mamba(RMSNorm(x)): [B,T,D] → [B,T,D]. Gu and Dao, arXiv:2312.00752, figure 3 */
export class MambaBlock extends ResidualBlock<MambaState> {
  readonly outputSize: number;
  readonly norm: RMSNorm;
  readonly layer: Recurrent<MambaState>;

  constructor(options: MambaBlockOptions) {
    super();
    knownOptions('MambaBlock', options, ['size', 'hiddenSize', 'stateSize', 'window', 'stepRank', 'rng']);
    const { size, rng = defaultRng, ...inner } = options;
    this.norm = new RMSNorm({ size });
    this.layer = new Recurrent({ cell: new MambaCell({ inputSize: size, ...inner, rng }) });
    this.outputSize = size;
  }
}

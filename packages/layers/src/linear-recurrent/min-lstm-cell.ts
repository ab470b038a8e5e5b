/** The minimal LSTM. */
import { oneOf } from '@seqloom/core';
import { GatedCell, type GatedCellOptions } from './gated-cell.js';

export interface MinLSTMCellOptions extends GatedCellOptions {
  /** The candidate: the projection itself (default; §3.2), or x + ½ above 0 and σ(x) below, as where memories are kept as logarithms (appendix B). */
  candidate?: 'linear' | 'positive';
}

/** minLSTM (Feng et al., arXiv:2410.01201): h' = f/(f+i)⊙h + i/(f+i)⊙h̃, f and i sigmoids of x alone; x [B,D], h [B,U]. */
export class MinLSTMCell extends GatedCell {
  constructor(options: MinLSTMCellOptions) {
    const candidate = oneOf('MinLSTMCell', 'candidate', options?.candidate ?? 'linear', ['linear', 'positive']);
    super('MinLSTMCell', options, { rule: 'normalized', candidate }, { options: ['candidate'] });
  }
}

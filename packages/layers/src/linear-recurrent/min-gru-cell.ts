/** The minimal gated recurrent unit. */
import { oneOf } from '@seqloom/core';
import { GatedCell, type GatedCellOptions } from './gated-cell.js';

export interface MinGRUCellOptions extends GatedCellOptions {
  /** The candidate: the projection itself (default; §3.1), or x + ½ above 0 and σ(x) below, as where memories are kept as logarithms (appendix B). */
  candidate?: 'linear' | 'positive';
}

/** minGRU (Feng et al., arXiv:2410.01201): h' = (1−z)⊙h + z⊙h̃, z = σ(x·W + b), h̃ = x·V + c; x [B,D], h [B,U]. */
export class MinGRUCell extends GatedCell {
  constructor(options: MinGRUCellOptions) {
    const candidate = oneOf('MinGRUCell', 'candidate', options?.candidate ?? 'linear', ['linear', 'positive']);
    super('MinGRUCell', options, { rule: 'update', candidate }, { options: ['candidate'] });
  }
}

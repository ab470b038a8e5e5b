/** The simple recurrent unit. */
import { oneOf } from '@seqloom/core';
import { GatedCell, type GatedCellOptions } from './gated-cell.js';

export interface SRUCellOptions extends GatedCellOptions {
  /** What the output shows of the memory: its tanh (default) or itself. */
  activation?: 'tanh' | 'linear';
}

/**
 * SRU (Lei et al., arXiv:1709.02755v1): c' = f⊙c + (1−f)⊙x·W, output r⊙g(c') + (1−r)⊙x, gates from x alone; where D ≠ U a projection of x takes
 * its place in the highway. x [B,D], c [B,U].
 */
export class SRUCell extends GatedCell {
  constructor(options: SRUCellOptions) {
    const output = oneOf('SRUCell', 'activation', options?.activation ?? 'tanh', ['tanh', 'linear']);
    super('SRUCell', options, { rule: 'forget', candidate: 'linear', output }, { options: ['activation'], skip: true });
  }
}

/** The occasionally dishonest casino (Durbin, Eddy, Krogh and Mitchison 1998): rolls of a die that is exchanged for a loaded one at times. */
import { count } from '@seqloom/core/options';
import { drawExamples, type GenerateOptions } from './draw-examples.js';
import { drawChain, type HiddenChain } from './hidden-chain.js';

/** Rolls from 1 to 6, and for each whether the die was fair (0) or loaded (1). */
export interface CasinoExample {
  readonly rolls: readonly number[];
  readonly dice: readonly number[];
}

export interface GenerateSequencesOptions extends GenerateOptions {
  /** Steps of each sequence; 100 unless told. */
  length?: number;
}

/** The book's casino: fair at first; a loaded die shows six every other time. */
export const casinoChain: HiddenChain = {
  start: [1, 0],
  transition: [
    [0.95, 0.05],
    [0.1, 0.9],
  ],
  emission: [new Array<number>(6).fill(1 / 6), [0.1, 0.1, 0.1, 0.1, 0.1, 0.5]],
};

/** Evenings at the casino: `count` sequences. */
export function generateCasino(options: GenerateSequencesOptions): CasinoExample[] {
  const { length = 100 } = options;
  count('generateCasino', 'length', length);
  return drawExamples('generateCasino', options, ['length'], (rng) => {
    const { states, symbols } = drawChain(rng, casinoChain, length);
    return { rolls: symbols.map((symbol) => symbol + 1), dice: states };
  });
}

/** Delayed recall: a symbol, and long noise before it is asked for. */
import { count } from '@seqloom/core/options';
import { drawExamples, type GenerateOptions } from './draw-examples.js';

/** The symbol of the first step, and the noise (standard normal) of the steps after it. */
export interface RecallExample {
  readonly symbol: number;
  readonly noise: Float32Array;
}

export interface GenerateRecallOptions extends GenerateOptions {
  /** Different symbols; 8 unless told. */
  symbols?: number;
  /** Steps in all, the symbol's included; 50 unless told. */
  length?: number;
}

/** Examples of delayed recall. */
export function generateRecall(options: GenerateRecallOptions): RecallExample[] {
  const { symbols = 8, length = 50 } = options;
  count('generateRecall', 'symbols', symbols);
  count('generateRecall', 'length', length);
  return drawExamples('generateRecall', options, ['symbols', 'length'], (rng) => {
    const symbol = rng.below(symbols);
    return { symbol, noise: Float32Array.from({ length: length - 1 }, () => rng.normal()) };
  });
}

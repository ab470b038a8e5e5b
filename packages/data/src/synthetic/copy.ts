/** The copy memory task (Hochreiter and Schmidhuber 1997; Arjovsky et al., arXiv:1511.06464): symbols, a long silence, a sign, and then they must be written. */
import { count } from '@seqloom/core/options';
import { drawExamples, type GenerateUnlikeOptions } from './draw-examples.js';

/** Symbols are 0 … `symbols` − 1, `symbols` is the blank, `symbols` + 1 the sign. */
export interface CopyExample {
  /** 2 · length + delay ids: the symbols, delay − 1 blanks, the sign, and blanks while they are written. */
  readonly source: readonly number[];
  /** The symbols, which are asked for at the last steps. */
  readonly target: readonly number[];
}

export interface GenerateCopyOptions extends GenerateUnlikeOptions {
  /** How many symbols must be kept; 10 unless told. */
  length?: number;
  /** How many different ones there are; 8 unless told. */
  symbols?: number;
  /** Steps from the last symbol to the sign; 10 unless told. */
  delay?: number;
}

/** Examples of the copy task. */
export function generateCopy(options: GenerateCopyOptions): CopyExample[] {
  const where = 'generateCopy';
  const { length = 10, symbols = 8, delay = 10 } = options;
  for (const [name, value] of Object.entries({ length, symbols, delay })) count(where, name, value);
  const blanks = (steps: number) => new Array<number>(steps).fill(symbols);
  return drawExamples(
    where,
    options,
    ['exclude', 'length', 'symbols', 'delay'],
    (rng) => {
      const target = Array.from({ length }, () => rng.below(symbols));
      return { source: [...target, ...blanks(delay - 1), symbols + 1, ...blanks(length)], target };
    },
    ({ source }) => source.join(' '),
  );
}

/** The adding task (Hochreiter and Schmidhuber 1997): the sum of two marked numbers among many. */
import { count } from '@seqloom/core/options';
import { drawExamples, type GenerateOptions } from './draw-examples.js';

/** Numbers in [0, 1), two marked steps, one in each half, and the sum of what stands there. */
export interface AddingExample {
  readonly values: Float32Array;
  readonly marked: readonly [number, number];
  readonly sum: number;
}

export interface GenerateAddingOptions extends GenerateOptions {
  /** Steps, at least two; 50 unless told. */
  length?: number;
}

/** Examples of the adding task; who always says 1 has a mean squared error of 1/6. */
export function generateAdding(options: GenerateAddingOptions): AddingExample[] {
  const { length = 50 } = options;
  count('generateAdding', 'length', length, 2);
  const half = Math.floor(length / 2);
  return drawExamples('generateAdding', options, ['length'], (rng) => {
    const values = Float32Array.from({ length }, () => rng.uniform());
    const marked: [number, number] = [rng.below(half), half + rng.below(length - half)];
    return { values, marked, sum: Math.fround(values[marked[0]]! + values[marked[1]]!) };
  });
}

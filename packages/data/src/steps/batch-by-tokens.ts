/** Dataset step: batches that fill memory evenly, many short examples or few long ones. */
import { dataset } from '@seqloom/core/dataset';
import { DataError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Step } from '../pipe.js';
import { buckets, type LengthOrder, type Measured } from './bucket-by-length.js';

export interface TokenBudgetOptions<T> extends LengthOrder<T> {
  /** Examples times the longest length, rounded up to `multiple`, is at most this in every batch: what a padded batch holds. */
  budget: number;
}

/** Every example exactly once, in arrays of similar length that hold as many as `budget` allows. Throws DataError at an example that is longer than that. */
export function batchByTokens<T>(options: TokenBudgetOptions<T>): Step<T, T[]> {
  knownOptions('batchByTokens', options, ['length', 'budget', 'multiple', 'pool', 'rng']);
  const { budget, multiple = 1, pool = Infinity } = options;
  count('batchByTokens', 'budget', budget);
  count('batchByTokens', 'multiple', multiple);
  if (pool !== Infinity) count('batchByTokens', 'pool', pool);
  return (data) => dataset(() => buckets(data, options, (sorted, start) => end(sorted, start, budget)));
}

function end<T>(sorted: readonly Measured<T>[], start: number, budget: number): number {
  const { length } = sorted[start]!;
  if (!(length <= budget)) {
    throw new DataError('batchByTokens', `an example of length ${length} is over the budget of ${budget}`, {
      hint: 'leave long examples out with filter(), cut them, or raise the budget',
    });
  }
  let stop = start + 1;
  while (stop < sorted.length && sorted[stop]!.length * (stop + 1 - start) <= budget) stop++;
  return stop;
}

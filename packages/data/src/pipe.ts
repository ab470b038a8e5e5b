/** Datasets through steps: `pipe(source, step, step, …)`; nothing runs until the result is iterated, and iterating again starts again. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';

/** What turns one dataset into another. */
export type Step<A, B> = (data: Dataset<A>) => Dataset<B>;

/** A dataset, or examples in memory. */
export type Examples<T> = Dataset<T> | Iterable<T>;

/** `source` through every step, left to right. Throws DataError when it is one text, or nothing that can be iterated. */
export function pipe<A>(source: Examples<A>): Dataset<A>;
export function pipe<A, B>(source: Examples<A>, s1: Step<A, B>): Dataset<B>;
export function pipe<A, B, C>(source: Examples<A>, s1: Step<A, B>, s2: Step<B, C>): Dataset<C>;
export function pipe<A, B, C, D>(source: Examples<A>, s1: Step<A, B>, s2: Step<B, C>, s3: Step<C, D>): Dataset<D>;
export function pipe<A, B, C, D, E>(
  source: Examples<A>,
  s1: Step<A, B>,
  s2: Step<B, C>,
  s3: Step<C, D>,
  s4: Step<D, E>,
): Dataset<E>;
export function pipe<A, B, C, D, E, F>(
  source: Examples<A>,
  s1: Step<A, B>,
  s2: Step<B, C>,
  s3: Step<C, D>,
  s4: Step<D, E>,
  s5: Step<E, F>,
): Dataset<F>;
export function pipe<A, B, C, D, E, F, G>(
  source: Examples<A>,
  s1: Step<A, B>,
  s2: Step<B, C>,
  s3: Step<C, D>,
  s4: Step<D, E>,
  s5: Step<E, F>,
  s6: Step<F, G>,
): Dataset<G>;
export function pipe(source: Examples<unknown>, ...steps: Step<unknown, unknown>[]): Dataset<unknown> {
  return steps.reduce((data, step) => step(data), started(source));
}

function started(source: Examples<unknown>): Dataset<unknown> {
  const many = typeof source === 'object' && source !== null;
  if (many && Symbol.asyncIterator in source) return source;
  if (many && Symbol.iterator in source) return dataset(source);
  throw new DataError('pipe', `expected a dataset or a list of examples, got ${show(source)}`, {
    hint: 'put a single example in a list: [example]',
  });
}

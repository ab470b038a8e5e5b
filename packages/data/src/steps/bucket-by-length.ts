/** Dataset step: batches of examples of similar length, so that little of a padded batch is padding. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Step } from '../pipe.js';
import { batches } from './batch.js';

/** In which order examples come together. */
export interface LengthOrder<T> {
  /** The length that padding would bring to the longest of the batch. */
  length: (example: T) => number;
  /** Padding's `multiple`, when it has one: lengths count as rounded up to it, those that are padded alike as one; 1 unless told. */
  multiple?: number;
  /** Examples that are sorted together; all of them unless told. */
  pool?: number;
  /** Shuffles examples of equal length and the order of the batches, with one draw an iteration; without it both follow length and the data's order. */
  rng?: Rng;
}

export interface BucketOptions<T> extends LengthOrder<T> {
  /** Examples in a batch; one batch of a pool may have fewer. */
  batchSize: number;
}

/** An example and its length, rounded up. */
export interface Measured<T> {
  readonly example: T;
  readonly length: number;
}

/** Every example exactly once, in arrays of `batchSize` examples of similar length. */
export function bucketByLength<T>(options: BucketOptions<T>): Step<T, T[]> {
  knownOptions('bucketByLength', options, ['length', 'batchSize', 'multiple', 'pool', 'rng']);
  const { batchSize, multiple = 1, pool = Infinity } = options;
  count('bucketByLength', 'batchSize', batchSize);
  count('bucketByLength', 'multiple', multiple);
  if (pool !== Infinity) count('bucketByLength', 'pool', pool, batchSize);
  const ends = (sorted: readonly unknown[], start: number) => Math.min(start + batchSize, sorted.length);
  return (data) => dataset(() => buckets(data, options, ends));
}

/** Batches of each pool, sorted by length and cut where `end` says: it is given the pool and where a batch starts. */
export async function* buckets<T>(
  data: Dataset<T>,
  { length, multiple = 1, pool = Infinity, rng }: LengthOrder<T>,
  end: (sorted: readonly Measured<T>[], start: number) => number,
): AsyncGenerator<T[]> {
  const order = rng?.split();
  for await (const examples of batches(data, pool)) {
    const shuffled = order ? order.shuffled(examples) : examples;
    const padded = (example: T) => Math.ceil(length(example) / multiple) * multiple;
    const sorted = shuffled.map((example) => ({ example, length: padded(example) }));
    sorted.sort((a, b) => a.length - b.length);
    const buckets: T[][] = [];
    for (let start = 0; start < sorted.length; ) {
      const stop = end(sorted, start);
      buckets.push(sorted.slice(start, stop).map(({ example }) => example));
      start = stop;
    }
    yield* order ? order.shuffled(buckets) : buckets;
  }
}

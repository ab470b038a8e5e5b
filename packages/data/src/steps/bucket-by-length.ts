/** Dataset step: batches of examples of similar length, so that little of a padded batch is padding. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Step } from '../pipe.js';
import { batches } from './batch.js';

export interface BucketOptions<T> {
  /** The length that padding would bring to the longest of the batch. */
  length: (example: T) => number;
  /** Examples in a batch; one batch of a pool may have fewer. */
  batchSize: number;
  /** Examples that are sorted together; all of them unless told. */
  pool?: number;
  /** Shuffles examples of equal length and the order of the batches, with one draw an iteration; without it both follow length and the data's order. */
  rng?: Rng;
}

/** Every example exactly once, in arrays of `batchSize` examples of similar length. */
export function bucketByLength<T>(options: BucketOptions<T>): Step<T, T[]> {
  knownOptions('bucketByLength', options, ['length', 'batchSize', 'pool', 'rng']);
  count('bucketByLength', 'batchSize', options.batchSize);
  const { pool = Infinity } = options;
  if (pool !== Infinity) count('bucketByLength', 'pool', pool, options.batchSize);
  return (data) => dataset(() => buckets(data, pool, options));
}

async function* buckets<T>(data: Dataset<T>, pool: number, { length, batchSize, rng }: BucketOptions<T>) {
  const order = rng?.split();
  for await (const examples of batches(data, pool)) {
    const shuffled = order ? order.shuffled(examples) : examples;
    const measured = shuffled.map((example) => ({ example, length: length(example) }));
    const sorted = measured.sort((a, b) => a.length - b.length).map(({ example }) => example);
    const buckets: T[][] = [];
    for (let start = 0; start < sorted.length; start += batchSize) {
      buckets.push(sorted.slice(start, start + batchSize));
    }
    yield* order ? order.shuffled(buckets) : buckets;
  }
}

/** Dataset step: batches in the order of the examples. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count } from '@seqloom/core/options';

/** Arrays of `size` successive examples; the last one may be shorter. */
export function batch(size: number): <T>(data: Dataset<T>) => Dataset<T[]> {
  count('batch', 'size', size);
  return (data) => dataset(() => batches(data, size));
}

/** Successive examples in arrays of `size`, which may be Infinity. */
export async function* batches<T>(data: Dataset<T>, size: number): AsyncGenerator<T[]> {
  let examples: T[] = [];
  for await (const example of data) {
    examples.push(example);
    if (examples.length < size) continue;
    yield examples;
    examples = [];
  }
  if (examples.length > 0) yield examples;
}

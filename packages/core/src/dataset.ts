/** Data as something that can be iterated again and again. */

/** Examples, one after another; iterating again starts again. */
export type Dataset<T> = AsyncIterable<T>;

/** A dataset over examples that are already in memory, or made anew by a function at each iteration. */
export function dataset<T>(source: Iterable<T> | (() => Iterable<T> | AsyncIterable<T>)): Dataset<T> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* typeof source === 'function' ? source() : source;
    },
  };
}

/** Everything in a dataset, as an array. */
export async function collect<T>(data: Dataset<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of data) out.push(item);
  return out;
}

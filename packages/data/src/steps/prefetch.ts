/** Dataset step: reads on while an example is used. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count } from '@seqloom/core/options';

/** The same examples; up to `size` more are read while one is used, as far as they wait for files, the network or workers. */
export function prefetch(size: number): <T>(data: Dataset<T>) => Dataset<T> {
  count('prefetch', 'size', size);
  return (data) => dataset(() => readAhead(data, size));
}

async function* readAhead<T>(data: Dataset<T>, size: number): AsyncGenerator<T> {
  const source = data[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<T>>[] = [];
  let last: Promise<IteratorResult<T> | undefined> = Promise.resolve(undefined);
  let closed = false;
  const read = () => {
    const next = last.then((before) =>
      closed || before?.done ? { done: true as const, value: undefined } : source.next(),
    );
    next.catch(() => {}); // is thrown where the example would stand
    last = next;
    ahead.push(next);
  };
  try {
    while (true) {
      while (ahead.length <= size) read();
      const next = await ahead.shift()!;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    closed = true;
    await last.catch(() => {});
    await source.return?.();
  }
}

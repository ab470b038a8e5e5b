/** Dataset step: the beginning. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { count } from '@seqloom/core/options';

/** The first `limit` examples; no more than these are read. */
export function take(limit: number): <T>(data: Dataset<T>) => Dataset<T> {
  count('take', 'limit', limit, 0);
  return (data) =>
    dataset(async function* () {
      if (limit === 0) return;
      let taken = 0;
      for await (const example of data) {
        yield example;
        if (++taken === limit) return;
      }
    });
}

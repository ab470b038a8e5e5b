/** Dataset step: another order at every iteration. */
import { collect, type Dataset, dataset } from '@seqloom/core/dataset';
import type { Rng } from '@seqloom/core/rng';

/** All examples in a random order; each iteration takes exactly one draw from `rng`, so a restored `rng.state` gives the same orders again. */
export function shuffle(rng: Rng): <T>(data: Dataset<T>) => Dataset<T> {
  return (data) =>
    dataset(async function* () {
      const order = rng.split();
      yield* order.shuffled(await collect(data));
    });
}

/** Dataset step: another example for each example. */
import { dataset } from '@seqloom/core/dataset';
import type { Rng } from '@seqloom/core/rng';
import type { Step } from '../pipe.js';

/** Every example as `change` makes it; a promise is awaited. */
export function map<A, B>(change: (example: A) => B | Promise<B>): Step<A, B>;
/** As above, with chance (words dropped, noise): `change` draws from a stream of its own, each iteration takes exactly one draw from `rng`, so that a run can be gone on with whatever is read ahead. */
export function map<A, B>(change: (example: A, rng: Rng) => B | Promise<B>, rng: Rng): Step<A, B>;
export function map<A, B>(change: (example: A, rng: Rng) => B | Promise<B>, rng?: Rng): Step<A, B> {
  return (data) =>
    dataset(async function* () {
      const draws = rng?.split() as Rng; // `change` asks for it only where there is one
      for await (const example of data) yield await change(example, draws);
    });
}

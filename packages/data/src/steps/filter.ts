/** Dataset step: only some of the examples. */
import { dataset } from '@seqloom/core/dataset';
import type { Step } from '../pipe.js';

/** The examples for which `keep` holds, in their order. */
export function filter<A, B extends A>(keep: (example: A) => example is B): Step<A, B>;
export function filter<A>(keep: (example: A) => boolean): Step<A, A>;
export function filter<A>(keep: (example: A) => boolean): Step<A, A> {
  return (data) =>
    dataset(async function* () {
      for await (const example of data) if (keep(example)) yield example;
    });
}

/** Dataset step: another example for each example. */
import { dataset } from '@seqloom/core/dataset';
import type { Step } from '../pipe.js';

/** Every example as `change` makes it; a promise is awaited. */
export function map<A, B>(change: (example: A) => B | Promise<B>): Step<A, B> {
  return (data) =>
    dataset(async function* () {
      for await (const example of data) yield await change(example);
    });
}

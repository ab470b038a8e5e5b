/** A worker's module for the tests of `fromWorker`, in Node and in the browser. */
import { DataError } from '@seqloom/core/errors';
import { Rng } from '@seqloom/core/rng';
import { serveExamples } from './serve-examples.js';

export interface TestInput {
  readonly count: number;
  readonly seed?: number;
  /** At which example something happens. */
  readonly at?: number;
  readonly what?: 'data error' | 'error' | 'text' | 'function' | 'exit' | 'hang';
  /** Is told of every example that is made. */
  readonly made?: Int32Array;
}

serveExamples(
  async function* ({ count, seed = 0, at, what, made }: TestInput) {
    const rng = new Rng(seed);
    for (let i = 0; i < count; i++) {
      if (i === at) {
        if (what === 'data error') throw new DataError('readCsv(x.csv)', 'line 3: bad', { hint: 'mend it' });
        if (what === 'error') throw new RangeError('too far');
        if (what === 'text') throw 'just a text';
        if (what === 'exit') globalThis.process.exit(3);
        if (what === 'hang') for (;;);
      }
      if (made) Atomics.add(made, 0, 1);
      const values = new Float32Array(4).fill(rng.uniform());
      yield i === at && what === 'function' ? { i, values: () => values } : { i, values };
    }
  },
  ({ values }) => (values instanceof Float32Array ? [values.buffer] : []),
);

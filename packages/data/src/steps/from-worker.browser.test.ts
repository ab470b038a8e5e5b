/** Real workers of a browser. */
import { expect, test } from 'vitest';
import { collect, fromWorker } from '../index.js';
import type { TestInput } from './test-examples.worker.js';

const examples = (input: TestInput) =>
  fromWorker<{ i: number }>(
    () => new Worker(new URL('./test-examples.worker.ts', import.meta.url), { type: 'module' }),
    { input: () => input },
  );

test('examples, errors and the end of a worker in a page', async () => {
  expect((await collect(examples({ count: 5 }))).map(({ i }) => i)).toEqual([0, 1, 2, 3, 4]);
  for await (const { i } of examples({ count: 5, at: 3, what: 'hang' })) if (i === 2) break;
  const failing = collect(examples({ count: 5, at: 2, what: 'data error' }));
  await expect(failing).rejects.toMatchObject({ name: 'DataError', where: 'readCsv(x.csv)', hint: 'mend it' });
  const broken = fromWorker(() => new Worker('data:text/javascript,throw new Error("no")', { type: 'module' }));
  await expect(collect(broken)).rejects.toMatchObject({ name: 'UsageError', where: 'fromWorker' });
});

import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const printed = log.mock.calls.flat();
  log.mockRestore();
  expect(printed).toEqual(['2,1,8', expect.stringMatching(/, 0 +, 0 +\],?\]\]/), '2,4,1,5']);
});

test('docs/add-a-scorer.md shows the scorer that was added by it', async () => {
  const page = await readFile(new URL('../../../docs/add-a-scorer.md', import.meta.url), 'utf8');
  const shown = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  const files = ['scorers/general.ts', 'scorers/general.test.ts'];
  const written = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
  expect(shown.slice(0, 2)).toEqual(written);
  expect(await readFile(new URL('index.ts', import.meta.url), 'utf8')).toContain(shown[2]);
});

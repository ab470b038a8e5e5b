import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs, and tags its sentence', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(([line]) => line);
  log.mockRestore();
  expect(lines[0]).toEqual([['DET', 'NOUN', 'VERB']]);
});

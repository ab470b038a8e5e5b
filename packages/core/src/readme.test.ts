import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs and learns its line', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  expect(lines).toEqual([expect.stringMatching(/^loss 0\.0\d+; f\(10\) = 2[01]\.\d$/)]);
});

import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs and prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^32 sentences of up to \d+ words$/);
});

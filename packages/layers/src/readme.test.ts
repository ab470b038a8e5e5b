import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs, and writes backwards', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  expect(lines[0]).toMatch(/^wrote 5,4,3; looked at \d,\d,\d$/);
});

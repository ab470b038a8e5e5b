import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the examples in the README run and print what they say', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  expect(lines).toHaveLength(8);
  expect(lines[0]).toMatch(/^32 sentences of up to \d+ words$/);
  expect(lines.slice(4, 6)).toEqual([
    'readCsv(reviews.csv): line 3, column 2 (label): must be 0 or 1',
    '2 reviews, true',
  ]);
  expect(lines[6]).toBe('51 frames of 39 features');
  expect(lines[7]).toBe('the hat: 7 characters; 2 of 12 rows');
});

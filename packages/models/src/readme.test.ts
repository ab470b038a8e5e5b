import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the examples in the README run', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(([line]) => line);
  log.mockRestore();
  expect(lines[0]).toEqual([['DET', 'NOUN', 'VERB']]);
  expect(lines[1]).toEqual(['good']);
  expect(lines[2]).toHaveLength(4);
  expect(lines[3]).toBe(true);
  expect(lines[4]).toMatchObject({ quantiles: { length: 6 } });
  expect(lines[5]).toHaveLength(5);
  expect(lines[6]).toHaveLength(1);
});

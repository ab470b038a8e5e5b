import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the examples in the README run', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(([line]) => line);
  log.mockRestore();
  expect(lines[0]).toEqual([['DET', 'NOUN', 'VERB']]);
  expect(lines[1]).toEqual([{ tags: ['O', 'B-style'], intent: 'music' }]);
  expect(lines[2]).toEqual(['good']);
  expect(lines[3]).toHaveLength(4);
  expect(lines[4]).toEqual([['hello', 'Tony']]);
  expect(lines[5]).toBe(true);
  expect(lines[6]).toMatchObject({ quantiles: { length: 6 } });
  expect(lines[7]).toHaveLength(5);
  expect(lines[8]).toHaveLength(1);
  expect(lines[9]).toEqual(['spring tide', 'neap tide']);
}, 120_000);

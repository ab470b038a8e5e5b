import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs, and its CRF learns the labels', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  expect(lines[0]).toContain('[[0, 1, 2, 0 , 1 ],\n     [1, 2, 0, -1, -1]]');
});

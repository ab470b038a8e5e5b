import { expect, test, vi } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the examples in the README run: the HMM finds the loaded die, both CRFs learn their labels', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runReadmeExamples(new URL('..', import.meta.url));
  const lines = log.mock.calls.map(String);
  log.mockRestore();
  const [learned, dice, tags, again, decoded] = lines;
  expect(Number(learned!.split(',')[0])).toBeGreaterThan(-98);
  expect(dice!.startsWith(`${'0,'.repeat(48)}${'1,'.repeat(12)}`)).toBe(true);
  expect([tags, again]).toEqual(['DET,NOUN,VERB', 'DET,NOUN,VERB']);
  expect(decoded).toContain('[[0, 1, 2, 0 , 1 ],\n     [1, 2, 0, -1, -1]]');
});

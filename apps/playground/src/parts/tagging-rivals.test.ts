/** The taggers without a network learn, and go on from what they saved as if they had never stopped. */
import { Rng } from '@seqloom/core';
import { expect, test } from 'vitest';
import { featureTagger, hmmTagger } from './tagging-rivals.js';
import { readTreebank } from './treebank.js';

const { data } = await readTreebank(new Rng(1));
const small = { ...data, train: data.train.filter((_, i) => i % 9 === 0) };

test.each([
  ['feature CRF', featureTagger],
  ['HMM', hmmTagger],
])('%s', async (_, make) => {
  const [straight, first, second] = [make(small), make(small), make(small)];
  const losses = async (task: typeof straight, steps: number) => {
    const found: unknown[] = [];
    for (let step = 0; step < steps; step++) found.push(await task.iterate(new Rng(2)));
    return found;
  };
  const all = await losses(straight, 5);
  const begun = await losses(first, 2);
  await second.load(await first.save());
  expect([...begun, ...(await losses(second, 3))]).toEqual(all);
  expect(await second.evaluate(50)).toEqual(await straight.evaluate(50));
  expect(await straight.evaluate(50)).toBeGreaterThan(0.75);
  expect(() => second.load(new Uint8Array([1, 2, 3]))).toThrow('file');
  expect((await second.predict('The old man reads.')).result).toMatchObject({ kind: 'tags' });
  for (const task of [straight, first, second]) task.dispose();
});

/** What all ready models do with files of earlier runs. */
import { memoryStorage, Rng, saveWeights, useBackend } from '@seqloom/core';
import { beforeAll, expect, it } from 'vitest';
import { Seq2Seq } from './index.js';

beforeAll(async () => void (await useBackend('wasm')));

it('the best epoch of an earlier run is not taken for one of this', async () => {
  const pairs = [...'abcd'].map((letter) => ({ source: [letter, 'x'], target: ['x', letter] }));
  const build = (seed: number) => Seq2Seq.build(pairs, { network: { kind: 'gru', hiddenSize: 4 }, rng: new Rng(seed) });
  const checkpoints = { storage: memoryStorage(), name: 'run' };
  await build(1).fit(pairs, { epochs: 1, dev: pairs, checkpoints });
  const model = build(2);
  const before = await saveWeights(model);
  await model.fit(pairs, { epochs: 0, dev: pairs, checkpoints });
  expect(await saveWeights(model)).toEqual(before);
  await model.fit(pairs, { epochs: 1, dev: pairs, checkpoints: { ...checkpoints, resume: true } });
  expect(await saveWeights(model)).not.toEqual(before);
});

/** Observations of one's own: words as they are written, and as many numbers as there are. */
import { Rng } from '@seqloom/core';
import { observations } from '@seqloom/hmm-crf/hmm';
import { expect, test } from 'vitest';
import hmm from '../experiments/hmm.js';
import { readObservations, readWorld, type World } from './hidden-worlds.js';

test.each([
  ['below a heading', ['weather']],
  ['without one', []],
])('words %s are known as they are written, or else in whatever case', async (_, heading) => {
  const lines = [...heading, ...Array.from({ length: 20 }, () => 'Sun\nrain\nsun'), ''];
  const world = await readWorld(new File([lines.join('\n')], 'mine.csv'));
  expect(world.symbols).toEqual(['Sun', 'rain', 'sun']);
  expect([...readObservations(world, 'Sun sun RAIN snow').data.values]).toEqual([0, 2, 1, Number.NaN]);
});

test('numbers may be more than a function takes arguments', async () => {
  const many = observations([Float64Array.from({ length: 300_000 }, (_, t) => t % 7)]);
  const world: World = { name: '', symbols: undefined, train: many, test: many, samples: [] };
  const task = hmm.build({ states: 2, sticky: 0, world: 'climate', seed: 1, backend: 'wasm' }, world, new Rng(1));
  const { emission } = (await task.predict('1 2')).pictures;
  const x = emission?.kind === 'plot' ? emission.x! : [];
  expect([x[0], x.at(-1)]).toEqual([0, 6]);
});

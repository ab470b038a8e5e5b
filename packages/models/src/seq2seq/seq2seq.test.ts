/** Seq2Seq: learns to turn words around, searches, and names bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { averageLength } from '@seqloom/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Seq2Seq, type TranslationDescription } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

const draw = new Rng(5);
const pairs = Array.from({ length: 200 }, () => {
  const source = Array.from({ length: 2 + draw.below(4) }, () => draw.choice([...'abcdef']));
  return { source, target: source.toReversed() };
});
const [train, unseen] = [pairs.slice(0, 170), pairs.slice(170)];
const sources = unseen.map(({ source }) => source);
const small = (network: TranslationDescription = { kind: 'gru', hiddenSize: 20 }) =>
  Seq2Seq.build(train, { network, dropout: 0, rng: new Rng(1) });

it.each<[TranslationDescription, epochs: number, loss: number]>([
  [{ kind: 'lstm', hiddenSize: 20, attention: 'general', inputFeeding: false }, 7, 0.6],
  [{ kind: 'gru', hiddenSize: 20 }, 1, 2.5],
  [{ kind: 'transformer', size: 16, heads: 2, layers: 1, dropout: 0 }, 5, 1.7],
])(
  '%o',
  async (network, epochs, most) => {
    const loss = await verifyReadyModel({
      ...{ train, unseen, build: () => small(network), load: (bytes) => Seq2Seq.load(bytes) },
      options: { epochs, batchSize: 10, learningRate: 0.015 },
      answer: (model) => (model as Seq2Seq).translate(sources, { width: 3, penalties: [averageLength(1)] }),
    });
    expect(loss).toBeLessThan(most);
  },
  60_000,
);

it('a beam of one is greedy, n-best come in order, and weights are of the source', async () => {
  const model = small();
  const [one, three] = [await model.translate(sources), await model.translate(sources, { width: 3 })];
  expect(one.map(([best]) => best!.tokens)).toEqual(await model.predict(sources));
  for (const [i, row] of three.entries()) {
    expect(row.map(({ score }) => score)).toEqual(row.map(({ score }) => score).toSorted((a, b) => b - a));
    for (const { tokens, weights } of row)
      expect(weights.map(({ length }) => length)).toEqual(tokens.map(() => sources[i]!.length));
  }
});

describe('bad input is named', () => {
  it.each<[RegExp, () => unknown]>([
    [/source 0 is empty/, () => Seq2Seq.build([{ source: [], target: ['a'] }])],
    [/source 1 is empty/, () => small().predict([['a'], []])],
    [/`network.kind` must be one of/, () => small({ kind: 'cnn' as never, hiddenSize: 2 })],
    [/`width` must be a whole number/, () => small().predict(sources, { width: 0 })],
    [
      /has a part of its own as `network`/,
      async () => {
        const own = Seq2Seq.build(train, { network: () => small().network });
        return Seq2Seq.load(await own.save());
      },
    ],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

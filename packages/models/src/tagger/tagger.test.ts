/** The tagger: learns a small grammar and names bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import { generateSentences } from '@seqloom/data';
import { Recurrent, SimpleRNNCell } from '@seqloom/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TaggedSentence, Tagger, type TaggerOptions } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

const made = generateSentences({ rng: new Rng(1), count: 200 }).map(({ tokens }) => ({
  words: tokens.map(({ form }) => form),
  tags: tokens.map(({ upos }) => upos ?? '_'),
}));
const [train, unseen] = [made.slice(0, 160), made.slice(160)];
const words = unseen.map((sentence) => sentence.words);
const small = (options: TaggerOptions = {}) =>
  Tagger.build(train, {
    encoder: { kind: 'gru', hiddenSize: 12 },
    embedding: { word: 12 },
    dropout: 0.2,
    rng: new Rng(2),
    ...options,
  });
const suffixes = (sentence: readonly string[]) => sentence.map((word) => [word, `suffix=${word.slice(-2)}`]);
const ownEncoder: TaggerOptions['encoder'] = (sizes) =>
  new Recurrent({ cell: new SimpleRNNCell({ hiddenSize: 16, ...sizes }) });

it.each<[string, TaggerOptions]>([
  ['CRF', {}],
  ['softmax', { head: 'softmax' }],
  ['hybrid', { attributes: suffixes }],
  ['characters', { embedding: { word: 12, characters: 8 } }],
  ['own encoder', { encoder: ownEncoder }],
])('%s', async (_, options) => {
  const accuracy = await verifyReadyModel({
    ...{ train, unseen, build: () => small(options) },
    load: (bytes) => Tagger.load(bytes, { attributes: options.attributes, encoder: options.encoder && ownEncoder }),
    options: { epochs: 4, batchSize: 8, learningRate: 0.01 },
    answer: (model) => (model as Tagger).predict(words),
  });
  expect(accuracy).toBeGreaterThan(0.85);
});

it('sentences of length 0 have no tags, words never seen have some, and probabilities sum to 1', async () => {
  const tagger = small();
  const sentences = [[], ['zzyzx', '…'], ['a']];
  expect((await tagger.predict(sentences)).map(({ length }) => length)).toEqual([0, 2, 1]);
  const [, rows] = await tagger.probabilities(sentences);
  for (const row of rows!) await expectClose([row.reduce((a, b) => a + b)], [1], 1e-4);
});

it('with a scheme, the epoch is chosen by the F1 of chunks', async () => {
  const chunks = [
    { words: ['in', 'New', 'York'], tags: ['O', 'B-LOC', 'I-LOC'] },
    { words: ['Ann', 'left'], tags: ['B-PER', 'O'] },
  ];
  const options = { encoder: { kind: 'gru', hiddenSize: 8 }, minCount: 1, rng: new Rng(1) } as const;
  const tagger = Tagger.build(chunks, { ...options, scheme: 'BIO' });
  const { metrics } = await tagger.fit(chunks, { epochs: 25, learningRate: 0.02, dev: chunks });
  expect([tagger.criterion.metric, metrics.f1, metrics.accuracy]).toEqual(['f1', 1, 1]);
  expect(Object.keys(await Tagger.build(chunks, options).evaluate(chunks))).toEqual(['accuracy']);
});

describe('bad input is named', () => {
  const uneven: TaggedSentence[] = [{ words: ['a', 'b'], tags: ['X'] }];
  it.each<[RegExp, () => unknown]>([
    [/sentence 0 has 2 words and 1 tags/, () => Tagger.build(uneven)],
    [/`head` must be one of/, () => Tagger.build(train, { head: 'svm' as never })],
    [/`encoder.kind` must be one of simpleRNN/, () => small({ encoder: { kind: 'mamba' as never, hiddenSize: 2 } })],
    [/is no BIO tag/, () => small({ scheme: 'BIO' })],
    [/`examples` must be a list of at least one/, () => small().fit([])],
    [/unknown option `epoch`/, () => small().fit(train, { epoch: 2 } as never)],
    [/not in this closed vocabulary/, () => small().loss([{ words: ['a'], tags: ['?'] }])],
    [/safetensors/, () => Tagger.load(new Uint8Array([1, 2, 3]))],
    [/sparse features/, async () => Tagger.load(await small({ attributes: suffixes }).save())],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

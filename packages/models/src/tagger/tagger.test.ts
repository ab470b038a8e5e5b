/** The tagger: learns a small grammar, is saved and loaded, goes on where it stopped, and names bad input. */
import { memoryStorage, Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import { generateSentences } from '@seqloom/data';
import { Recurrent, SimpleRNNCell } from '@seqloom/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TaggedSentence, Tagger, type TaggerOptions } from '../index.js';

beforeAll(async () => void (await useBackend('wasm')));

const made = generateSentences({ rng: new Rng(1), count: 240 }).map(({ tokens }) => ({
  words: tokens.map(({ form }) => form),
  tags: tokens.map(({ upos }) => upos ?? '_'),
}));
const [train, dev, unseen] = [made.slice(0, 160), made.slice(160, 200), made.slice(200)];
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

describe.each<[string, TaggerOptions]>([
  ['CRF', {}],
  ['softmax', { head: 'softmax' }],
  ['hybrid', { attributes: suffixes }],
  ['own encoder', { encoder: (sizes) => new Recurrent({ cell: new SimpleRNNCell({ hiddenSize: 16, ...sizes }) }) }],
])('%s', (_, options) => {
  it('learns, and answers the same when it is loaded again', async () => {
    const tagger = small(options);
    await tagger.fit(train, { epochs: 5, batchSize: 8, learningRate: 0.01, dev });
    const { accuracy } = await tagger.evaluate(unseen);
    expect(accuracy).toBeGreaterThan(0.85);
    const { encoder, attributes } = options;
    const parts = { encoder: typeof encoder === 'function' ? encoder : undefined, attributes };
    const loaded = await Tagger.load(await tagger.save(), parts);
    expect(await loaded.predict(words)).toEqual(await tagger.predict(words));
    const [probabilities] = await loaded.probabilities(words.slice(0, 1));
    await expectClose(
      probabilities!.map((row) => row.reduce((a, b) => a + b)),
      words[0]!.map(() => 1),
      1e-4,
    );
    for (const each of [tagger, loaded]) each.dispose();
  });
});

it('stopped and resumed is as never stopped', async () => {
  const options = { epochs: 3, batchSize: 16, dev } as const;
  const whole = small();
  await whole.fit(train, { ...options, checkpoints: { storage: memoryStorage(), name: 'whole' } });
  const storage = memoryStorage();
  const controller = new AbortController();
  const stop = ({ type }: { type: string }) => void (type === 'checkpoint' && controller.abort());
  const checkpoints = { storage, name: 'parts', resume: true };
  await small().fit(train, { ...options, checkpoints, callbacks: [stop], signal: controller.signal });
  const resumed = small();
  await resumed.fit(train, { ...options, checkpoints });
  const [a, b] = [whole, resumed].map((model) => [...model.namedVariables()].map(([, variable]) => variable));
  for (const [i, variable] of a!.entries()) await expectClose(b![i]!, variable, 0, `parameter ${i}`);
});

it('sentences of length 0 have no tags, and words never seen have some', async () => {
  const tags = await small().predict([[], ['zzyzx', '…'], ['a']]);
  expect(tags.map(({ length }) => length)).toEqual([0, 2, 1]);
});

describe('bad input is named, and changes nothing', () => {
  const uneven: TaggedSentence[] = [{ words: ['a', 'b'], tags: ['X'] }];
  it.each<[RegExp, () => unknown]>([
    [/sentence 0 has 2 words and 1 tags/, () => Tagger.build(uneven)],
    [/`head` must be one of/, () => Tagger.build(train, { head: 'svm' as never })],
    [/`encoder.kind` must be one of lstm/, () => small({ encoder: { kind: 'mamba' as never, hiddenSize: 2 } })],
    [/"NOUN" is no BIO tag|is no BIO tag/, () => small({ scheme: 'BIO' })],
    [/`examples` must be a list of at least one/, () => small().fit([])],
    [/unknown option `epoch`/, () => small().fit(train, { epoch: 2 } as never)],
    [/not in this closed vocabulary/, () => small().loss([{ words: ['a'], tags: ['?'] }])],
    [/no configuration|not a|damaged|safetensors/, () => Tagger.load(new Uint8Array([1, 2, 3]))],
    [/sparse features/, async () => Tagger.load(await small({ attributes: suffixes }).save())],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

/** The language model: learns a small language, measures texts however they are cut, writes, and names bad input. */
import { memoryStorage, Rng, useBackend } from '@seqloom/core';
import { temperature } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { LanguageModel, type LanguageModelOptions } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

/** Sentences that end, in which a comes before b as often as b comes after. */
const draw = new Rng(4);
const texts = Array.from({ length: 90 }, () => {
  const count = 1 + draw.below(4);
  return [...'a'.repeat(count), ...'b'.repeat(count)];
});
const [train, unseen] = [texts.slice(0, 70), texts.slice(70)];
const small = (options: LanguageModelOptions = {}) =>
  LanguageModel.build(train, {
    ...{ layer: { kind: 'gru', hiddenSize: 16 }, embeddingSize: 6, context: 5, dropout: 0, rng: new Rng(1) },
    ...options,
  });

it('learns, and writes what it has learnt', async () => {
  const loss = await verifyReadyModel({
    ...{ train, unseen, build: () => small({ context: 12 }), load: (bytes) => LanguageModel.load(bytes) },
    options: { epochs: 25, batchSize: 10, learningRate: 0.02 },
    answer: (model) => (model as LanguageModel).generate([[], ['a', 'a', 'a']], { maxLength: 12, rng: new Rng(2) }),
  });
  expect(loss).toBeLessThan(0.45);
  const model = small({ context: 12 });
  await model.fit(train, { epochs: 25, batchSize: 10, learningRate: 0.02 });
  const [rest] = await model.generate([['a', 'a', 'a', 'b']], { maxLength: 9, rules: [temperature(0.1)] });
  expect(rest).toEqual(['b', 'b']);
});

it('stateful: what lies before a piece is known, a stopped run goes on in mid-text, and a best epoch is a model', async () => {
  const words = ['a', 'a', 'a', 'a', 'b'];
  const long = Array.from({ length: 1200 }, (_, i) => words[i % 5]!);
  const layer = { kind: 'gru', hiddenSize: 12 } as const;
  const build = () => small({ layer, context: 2 });
  const options = { epochs: 6, batchSize: 8, learningRate: 0.02 };
  const given = {
    train: [long],
    unseen: [long.slice(0, 300)],
    build,
    load: (bytes: Uint8Array) => LanguageModel.load(bytes),
  };
  const answer = (model: object) => (model as LanguageModel).evaluate([long]);
  const carried = await verifyReadyModel({ ...given, answer, options: { ...options, ...{ stateful: true } } });
  expect(carried).toBeLessThan(0.12);
  const apart = build();
  await apart.fit([long], options);
  expect((await apart.evaluate([long])).loss).toBeGreaterThan(2 * carried);
  const storage = memoryStorage();
  const model = build();
  const checkpoints = { storage, name: 'model' };
  await model.fit([long], { ...options, epochs: 1, stateful: true, dev: [long], checkpoints });
  const best = await LanguageModel.load((await storage.read('model-best'))!);
  expect(await best.evaluate([long])).toEqual(await model.evaluate([long]));
});

it('a long text has the loss of all its tokens, however it is read', async () => {
  const model = small();
  const long = Array.from({ length: 700 }, (_, i) => 'ab'[i % 2]!);
  const [whole, { loss, perplexity }] = [model.loss([long]), await model.evaluate([long])];
  expect(loss).toBeCloseTo((await whole.data())[0]!, 5);
  expect(perplexity).toBeCloseTo(Math.exp(loss!), 6);
  const [a, b] = [await model.evaluate([['a']]), await model.evaluate([['b', 'b']])];
  expect((await model.evaluate([['a'], ['b', 'b']])).loss).toBeCloseTo((2 * a.loss! + 3 * b.loss!) / 5, 5);
});

it('a Transformer reads a long text in windows, each token once and after half a window or more', async () => {
  const layer = { kind: 'transformer', size: 8, heads: 2, layers: 1, positions: 'rotary' } as const;
  const model = small({ layer, context: 4 });
  const text = [...'abbaabab'];
  const { start, end } = model.vocabulary;
  const ids = [start, ...model.vocabulary.encode(text), end]; // ten, nine of them predicted
  const logProbability = async (from: number, at: number) => {
    const row = tf.tensor2d([ids.slice(from, at)], undefined, 'int32');
    const { logits } = model.network.forward(row, tf.onesLike(row));
    const all = (await (tf.logSoftmax(logits.values) as tf.Tensor3D).array())[0]!;
    return all.at(-1)![ids[at]!]!;
  };
  const windows = [0, 0, 0, 0, 2, 2, 4, 4, 6]; // where the window of each predicted token begins
  const all = await Promise.all(windows.map((from, i) => logProbability(from, i + 1)));
  const { loss } = await model.evaluate([text]);
  expect(loss).toBeCloseTo(-all.reduce((sum, each) => sum + each, 0) / 9, 5);
});

describe('bad input is named', () => {
  it.each<[RegExp, () => unknown]>([
    [/text 1 is empty/, () => LanguageModel.build([['a'], []])],
    [/`layer.kind` must be one of/, () => small({ layer: { kind: 'rnn' as never, hiddenSize: 2 } })],
    [
      /the state of this layer grows/,
      () => small({ layer: { kind: 'transformer', size: 8 } }).fit(train, { stateful: true }),
    ],
    [/set `batchSize.examples`/, () => small().fit(train, { stateful: true, batchSize: { tokens: 99 } })],
    [/`context` must be a whole number/, () => small({ context: 0 })],
    [/`maxLength` must be/, () => small().generate([[]], { maxLength: 0 })],
    [/unknown option `beam`/, () => small().generate([[]], { maxLength: 3, beam: 4 } as never)],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

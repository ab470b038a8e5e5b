/** The joint tagger: learns intents and slots of a small grammar, and names bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type IntentSentence, JointTagger, type JointTaggerOptions } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

/** What is played or booked, and where; the words in between are the same for both. */
const draw = new Rng(8);
const sentences = Array.from({ length: 150 }, (): IntentSentence => {
  const intent = draw.choice(['play', 'book']);
  const what = draw
    .choice(intent === 'play' ? ['jazz', 'blues', 'some rock'] : ['table', 'room', 'two seats'])
    .split(' ');
  const where = draw.choice(['Rome', 'New York', 'my kitchen']).split(' ');
  const chunk = (type: string, words: readonly string[]) => words.map((_, i) => `${i ? 'I' : 'B'}-${type}`);
  return {
    words: ['please', ...what, 'in', ...where],
    tags: ['O', ...chunk('what', what), 'O', ...chunk('where', where)],
    intent,
  };
});
const [train, unseen] = [sentences.slice(0, 110), sentences.slice(110)];
const words = unseen.map((sentence) => sentence.words);
const small = (options: JointTaggerOptions = {}) =>
  JointTagger.build(train, {
    ...{ encoder: { kind: 'gru', hiddenSize: 10 }, embedding: { word: 10 }, dropout: 0.2, rng: new Rng(2) },
    ...options,
  });

it.each<JointTaggerOptions>([{ scheme: 'BIO' }, { head: 'softmax' }])('%o', async (options) => {
  const frames = await verifyReadyModel({
    ...{ train, unseen, build: () => small(options), load: (bytes) => JointTagger.load(bytes) },
    options: { epochs: 5, batchSize: 8, learningRate: 0.02 },
    answer: async (model) => {
      const found = await (model as JointTagger).predict(words);
      const { intent, accuracy, f1 } = await model.evaluate(unseen);
      const right = found.filter((each, i) => each.intent === unseen[i]!.intent).length;
      expect(intent).toBe(right / unseen.length);
      expect(accuracy).toBeGreaterThan(0.95);
      expect(f1 === undefined).toBe(options.scheme === undefined);
      return found;
    },
  });
  expect(frames).toBeGreaterThan(0.9);
});

describe('bad input is named', () => {
  const one = train[0]!;
  it.each<[RegExp, () => unknown]>([
    [/sentence 0 has \d words and 1 tags/, () => JointTagger.build([{ ...one, tags: ['O'] }])],
    [/sentence 1 is empty/, () => JointTagger.build([one, { words: [], tags: [], intent: 'play' }])],
    [/sentence 0 is empty/, () => small().predict([[]])],
    [/`head` must be one of/, () => small({ head: 'svm' as never })],
    [/not in this closed vocabulary/, () => small().loss([{ ...one, intent: 'sing' }])],
    [/the file holds .?JointTagger/, async () => (await import('../index.js')).Tagger.load(await small().save())],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

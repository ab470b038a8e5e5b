/** The recogniser: learns tones that last as long as they like, uses a language model, and names bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { NGramModel } from '@seqloom/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { SpeechRecognizer, type SpeechRecognizerOptions } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

const tones: Readonly<Record<string, readonly number[]>> = { a: [9, 0, 0], b: [0, 9, 0], c: [0, 0, 9] };
const draw = new Rng(6);
const utterances = Array.from({ length: 90 }, () => {
  const labels = Array.from({ length: 1 + draw.below(4) }, () => draw.choice(['a', 'b', 'c']));
  const frames = labels.flatMap((label) => {
    const tone = Array.from({ length: 2 + draw.below(3) }, () => tones[label]!.map((x) => x + draw.normal()));
    return [...tone, [draw.normal(), draw.normal(), draw.normal()]];
  });
  return { frames, labels };
});
const [train, unseen] = [utterances.slice(0, 70), utterances.slice(70)];
const series = unseen.map(({ frames }) => frames);
const small = (options: SpeechRecognizerOptions = {}) =>
  SpeechRecognizer.build(train, { encoder: { kind: 'gru', hiddenSize: 10 }, dropout: 0, rng: new Rng(1), ...options });

it.each<SpeechRecognizerOptions>([{}, { stack: 2 }])('%o', async (options) => {
  const rate = await verifyReadyModel({
    ...{ train, unseen, build: () => small(options), load: (bytes) => SpeechRecognizer.load(bytes) },
    options: { epochs: 14, batchSize: 10, learningRate: 0.04 },
    answer: async (model) => {
      const recognizer = model as SpeechRecognizer;
      return [await recognizer.predict(series), await recognizer.predict(series, { beam: 4 })];
    },
  });
  expect(rate).toBeLessThan(options.stack ? 0.4 : 0.1);
});

it.each([
  ['a', 1],
  ['b', 2],
])('with a language model that knows only %s, nothing else is heard', async (label, id) => {
  const many = new Array<number>(40).fill(id);
  const languageModel = NGramModel.train([many, many], { order: 1, vocabularySize: 4, smoothing: 'additive', k: 0.01 });
  const heard = await small().predict(series, { languageModel, alpha: 50, beta: 100 });
  for (const labels of heard) expect(new Set(labels)).toEqual(new Set([label]));
});

describe('bad input is named', () => {
  const tooShort = { frames: [[1, 2, 3]], labels: ['a', 'b'] };
  it.each<[RegExp, () => unknown]>([
    [/labels/, () => small().loss([tooShort])],
    [/not in this closed vocabulary/, () => small().loss([{ frames: [[1, 2, 3]], labels: ['z'] }])],
    [/series 0 is empty/, () => small().predict([[]])],
    [/`stack` must be a whole number/, () => small({ stack: 0 })],
    [/`beam` must be a whole number/, () => small().predict(series, { beam: 0 })],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

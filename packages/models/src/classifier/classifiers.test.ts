/** The classifiers of texts, of series and of frames: they learn, and name bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FrameClassifier, SequenceClassifier, SeriesClassifier } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

const encoder = { kind: 'gru', hiddenSize: 8 } as const;
const options = { epochs: 6, batchSize: 8, learningRate: 0.02 };
const draw = new Rng(3);
const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

/** A text is good where it says so, once, among words that say nothing. */
const texts = times(160, () => {
  const label = draw.choice(['good', 'bad']);
  const words = times(3 + draw.below(6), () => draw.choice(['it', 'was', 'so', 'very', 'film']));
  words[draw.below(words.length)] = draw.choice(label === 'good' ? ['great', 'fine'] : ['poor', 'dull']);
  return { words, label };
});

/** Two numbers that turn with the clock or against it, at any scale. */
const turns = times(120, () => {
  const [label, phase, speed] = [draw.choice(['left', 'right']), 6 * draw.uniform(), 0.4 + draw.uniform() / 2];
  const at = (t: number) => phase + (label === 'left' ? t : -t) * speed;
  const frames = Array.from({ length: 6 + draw.below(6) }, (_, t) => [100 * Math.cos(at(t)), Math.sin(at(t)) - 7]);
  return { frames, label };
});

/** Which of two sensors is the louder, frame by frame. */
const loudness = times(80, () => {
  const frames = times(4 + draw.below(8), () => [draw.normal(), draw.normal()]);
  return { frames, labels: frames.map(([a, b]) => (a! > b! ? 'first' : 'second')) };
});

it('texts', async () => {
  const [train, unseen] = [texts.slice(0, 120), texts.slice(120)];
  const build = () => SequenceClassifier.build(train, { encoder, embedding: { word: 8 }, rng: new Rng(1) });
  const words = unseen.map((text) => text.words);
  const answer = (model: object) => (model as SequenceClassifier).predict(words);
  const load = (bytes: Uint8Array) => SequenceClassifier.load(bytes);
  expect(await verifyReadyModel({ build, load, train, unseen, options, answer })).toBeGreaterThan(0.9);
  const weights = await build().weights(words);
  expect(weights.map((row) => row.length)).toEqual(words.map(({ length }) => length));
  for (const row of weights) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
});

it.each(['attention', 'mean', 'max'] as const)('series, pooled by %s', async (pooling) => {
  const [train, unseen] = [turns.slice(0, 90), turns.slice(90)];
  const build = () => SeriesClassifier.build(train, { encoder, pooling, rng: new Rng(1) });
  const answer = (model: object) => (model as SeriesClassifier).predict(unseen.map(({ frames }) => frames));
  const load = (bytes: Uint8Array) => SeriesClassifier.load(bytes);
  expect(await verifyReadyModel({ build, load, train, unseen, options, answer })).toBeGreaterThan(0.9);
});

it.each(['crf', 'softmax'] as const)('frames, with %s', async (head) => {
  const [train, unseen] = [loudness.slice(0, 60), loudness.slice(60)];
  const build = () => FrameClassifier.build(train, { encoder, head, rng: new Rng(1) });
  const answer = (model: object) => (model as FrameClassifier).predict(unseen.map(({ frames }) => frames));
  const load = (bytes: Uint8Array) => FrameClassifier.load(bytes);
  expect(await verifyReadyModel({ build, load, train, unseen, options, answer })).toBeGreaterThan(0.85);
});

describe('bad input is named', () => {
  const series = () => SeriesClassifier.build(turns, { encoder });
  it.each<[RegExp, () => unknown]>([
    [/text 1 is empty/, () => SequenceClassifier.build([texts[0]!, { words: [], label: 'good' }])],
    [/`pooling` must be one of/, () => SequenceClassifier.build(texts, { pooling: 'sum' as never })],
    [/series 0 has NaN at step 0, number 1/, () => series().predict([[[1, Number.NaN]]])],
    [/series 0 has 1 numbers at step 0, expected 2/, () => series().predict([[[1]]])],
    [/series 0 is empty/, () => series().predict([[]])],
    [/series 0 has 1 frames and 2 labels/, () => FrameClassifier.build([{ frames: [[1]], labels: ['a', 'b'] }])],
    [/the file holds .?SeriesClassifier/, async () => FrameClassifier.load(await series().save())],
    [
      /has a part of its own as `encoder`/,
      async () => {
        const own = SeriesClassifier.build(turns, { encoder: () => series().network.encoder });
        return SeriesClassifier.load(await own.save());
      },
    ],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

/** Spoken digits from their log-mel frames. */
import { Rng } from '@seqloom/core';
import { exactMatch } from '@seqloom/data';
import { logMel } from '@seqloom/data/audio';
import type { SpokenDigit } from '@seqloom/data/datasets';
import { SeriesClassifier } from '@seqloom/models';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';

export const fsdd = defineRow({
  name: 'fsdd',
  data: 'FSDD, spoken digits',
  model: 'SeriesClassifier: BiGRU over log-mel, attention pooling',
  metric: '% of recordings',
  reach: { atLeast: 97 },
  reference: '26 log-mel bands + logistic regression 94.0',
  config: {
    seed: 1,
    melBands: 40,
    milliseconds: { frame: 25, hop: 10 },
    model: { encoder: { kind: 'gru', hiddenSize: 64, layers: 2, dropout: 0.2 }, pooling: 'attention', dropout: 0.3 },
    learning: { epochs: 15, batchSize: 32, learningRate: 2e-3 },
  },
  async run(context, { seed, melBands, milliseconds, model, learning }) {
    const parts = await context.load('fsdd');
    const read = ({ samples, sampleRate, digit }: SpokenDigit) => {
      const length = (part: number) => Math.round((part * sampleRate) / 1000);
      const [frameLength, hopLength] = [length(milliseconds.frame), length(milliseconds.hop)];
      return { frames: logMel(samples, { sampleRate, melBands, frameLength, hopLength }), label: String(digit) };
    };
    const train = context.some(parts.train).map(read);
    const test = context.some(parts.test).map(read);
    const classifier = SeriesClassifier.build(train, { ...model, rng: new Rng(seed) });
    await classifier.fit(train, context.fit(learning));
    const found = await classifier.predict(test.map(({ frames }) => frames));
    const expected = test.map(({ label }) => label);
    return { score: percent(exactMatch(found, expected)) };
  },
});

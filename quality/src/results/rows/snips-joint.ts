/** Slots of spoken commands and what each command wants, by one network (arXiv:1609.01454). */
import { Rng } from '@seqloom/core';
import { exactMatch, spanF1 } from '@seqloom/data';
import { JointTagger } from '@seqloom/models';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';

export const snipsJoint = defineRow({
  name: 'snips-joint',
  data: 'SNIPS, slots and intents',
  model: 'JointTagger: BiLSTM, CRF and attention pooling',
  metric: 'span F1 of slots, %',
  reach: { atLeast: 95 },
  reference: 'CRFsuite 94.67',
  besides: {
    intents: { metric: '% of intents', reach: { atLeast: 98 }, reference: 'TF-IDF + logistic regression 97.86' },
  },
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'lstm', hiddenSize: 128 },
      embedding: { word: 100, affixes: true, characters: 40, wordDropout: 0.1 },
      scheme: 'BIO',
      dropout: 0.5,
      minCount: 2,
    },
    learning: { epochs: 12, batchSize: 32, learningRate: 3e-3 },
  },
  async run(context, { seed, model, learning }) {
    const parts = await context.load('snips');
    const train = context.some(parts.train);
    const tagger = JointTagger.build(train, { ...model, rng: new Rng(seed) });
    await tagger.fit(train, context.fit(learning, { dev: context.some(parts.dev) }));
    const test = context.some(parts.test);
    const found = await tagger.predict(test.map(({ words }) => words));
    const { micro } = spanF1(
      found.map(({ tags }) => tags),
      test.map(({ tags }) => tags),
    );
    const intents = [found, test].map((list) => list.map(({ intent }) => intent)) as [string[], string[]];
    const both = found.filter(
      ({ intent, tags }, i) => intent === test[i]!.intent && tags.join(' ') === test[i]!.tags.join(' '),
    );
    return {
      score: percent(micro.f1),
      further: {
        intents: percent(exactMatch(...intents)),
        precision: percent(micro.precision),
        recall: percent(micro.recall),
        '% of commands with all right': percent(both.length / test.length),
      },
    };
  },
});

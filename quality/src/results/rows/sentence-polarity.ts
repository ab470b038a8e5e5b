/** Whether a sentence of a film review is for or against. */
import { accuracyOnTest } from '../classifying.js';
import { defineRow } from '../row.js';

export const sentencePolarity = defineRow({
  name: 'sentence-polarity',
  data: 'sentence polarity',
  model: 'SequenceClassifier: BiGRU, attention pooling',
  metric: '% of sentences',
  reach: { atLeast: 75 },
  reference: 'TF-IDF + logistic regression 77.9; CNN from nothing 76.1 (Kim 2014)',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'gru', hiddenSize: 48 },
      embedding: { word: 100, wordDropout: 0.3 },
      pooling: 'attention',
      dropout: 0.6,
      minCount: 2,
    },
    learning: { epochs: 8, batchSize: 50, learningRate: 2e-3 },
  },
  async run(context, config) {
    const parts = await context.load('sentence-polarity');
    const texts = (part: 'train' | 'dev' | 'test') =>
      parts[part].map(({ text, label }) => ({ words: text.split(' ').filter(Boolean), label: String(label) }));
    return {
      score: await accuracyOnTest(context, { train: texts('train'), dev: texts('dev'), test: texts('test') }, config),
    };
  },
});

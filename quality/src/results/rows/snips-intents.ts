/** What a spoken command wants. */
import { accuracyOnTest } from '../classifying.js';
import { defineRow } from '../row.js';

export const snipsIntents = defineRow({
  name: 'snips-intents',
  data: 'SNIPS, intents',
  model: 'SequenceClassifier: BiGRU, attention pooling',
  metric: '% of commands',
  reach: { atLeast: 98 },
  reference: 'TF-IDF + logistic regression 97.86',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'gru', hiddenSize: 64 },
      embedding: { word: 64, wordDropout: 0.1 },
      pooling: 'attention',
      dropout: 0.5,
      minCount: 2,
    },
    learning: { epochs: 5, batchSize: 32, learningRate: 2e-3 },
  },
  async run(context, config) {
    const parts = await context.load('snips');
    const texts = (part: 'train' | 'dev' | 'test') =>
      parts[part].map(({ words, intent }) => ({ words, label: intent }));
    return {
      score: await accuracyOnTest(context, { train: texts('train'), dev: texts('dev'), test: texts('test') }, config),
    };
  },
});

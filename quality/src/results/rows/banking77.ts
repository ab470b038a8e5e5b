/** What the customers of a bank want, in 77 kinds. */
import { splitWords } from '@seqloom/data';
import { accuracyOnTest } from '../classifying.js';
import { defineRow } from '../row.js';

export const banking77 = defineRow({
  name: 'banking77',
  data: 'banking77, intents',
  model: 'SequenceClassifier: BiGRU, attention pooling',
  metric: '% of queries',
  reach: { atLeast: 86 },
  reference: 'TF-IDF + logistic regression 91.1',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'gru', hiddenSize: 96 },
      embedding: { word: 100, affixes: true, wordDropout: 0.1 },
      pooling: 'attention',
      dropout: 0.5,
      minCount: 2,
    },
    learning: { epochs: 15, batchSize: 32, learningRate: 3e-3 },
  },
  async run(context, config) {
    const parts = await context.load('banking77');
    const texts = (part: 'train' | 'test') =>
      parts[part].map(({ text, label }) => ({ words: splitWords(text), label: String(label) }));
    return { score: await accuracyOnTest(context, { train: texts('train'), test: texts('test') }, config) };
  },
});

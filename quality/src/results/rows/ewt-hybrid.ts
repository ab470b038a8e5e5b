/** The same network with the sparse features of the feature CRF beside it, learnt together. */
import { tokenAccuracy } from '@seqloom/data';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';
import { tagsOfTest } from '../tagging.js';
import { partsOfSpeech } from '../treebank.js';
import { featurized } from '../word-features.js';

export const ewtHybrid = defineRow({
  name: 'ewt-hybrid',
  data: 'UD English EWT, UPOS',
  model: 'Tagger: BiLSTM-CRF with sparse features',
  metric: '% of words',
  reach: { atLeast: 95.5 },
  reference: 'CRFsuite 95.04',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'lstm', hiddenSize: 128 },
      embedding: { word: 100, affixes: true, characters: 60, wordDropout: 0.1 },
      head: 'crf',
      dropout: 0.4,
      minCount: 2,
    },
    learning: { epochs: 6, batchSize: 32, learningRate: 3e-3 },
  },
  async run(context, config) {
    const { train, dev, test } = await context.load('ud-english-ewt');
    const parts = { train: partsOfSpeech(train), dev: partsOfSpeech(dev), test: partsOfSpeech(test) };
    const { found, expected } = await tagsOfTest(context, parts, config, featurized);
    return { score: percent(tokenAccuracy(found, expected)) };
  },
});

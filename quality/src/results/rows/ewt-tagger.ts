/** Parts of speech by a network with a CRF on top: words, affixes, shapes and characters, a bidirectional LSTM. */
import { tokenAccuracy } from '@seqloom/data';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';
import { tagsOfTest } from '../tagging.js';
import { partsOfSpeech } from '../treebank.js';

export const ewtTagger = defineRow({
  name: 'ewt-tagger',
  data: 'UD English EWT, UPOS',
  model: 'Tagger: BiLSTM-CRF',
  metric: '% of words',
  reach: { atLeast: 94.5 },
  reference: 'PyTorch BiLSTM-CRF with characters 93.9',
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
    const { found, expected } = await tagsOfTest(context, parts, config);
    return { score: percent(tokenAccuracy(found, expected)) };
  },
});

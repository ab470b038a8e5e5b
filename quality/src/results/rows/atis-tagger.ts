/** Parts of speech of a language that glues its words together, where endings say most. */
import { defineRow } from '../row.js';
import { taggedRight } from '../treebank.js';

export const atisTagger = defineRow({
  name: 'atis-tagger',
  data: 'UD Turkish ATIS, UPOS',
  model: 'Tagger: BiLSTM-CRF',
  metric: '% of words',
  reach: { atLeast: 98.2 },
  reference: 'CRFsuite 98.05',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'lstm', hiddenSize: 96 },
      embedding: { word: 100, affixes: true, characters: 40, wordDropout: 0.1 },
      head: 'crf',
      dropout: 0.4,
      minCount: 2,
    },
    learning: { epochs: 12, batchSize: 32, learningRate: 3e-3 },
  },
  run: (context, config) => taggedRight(context, 'ud-turkish-atis', config),
});

/** Parts of speech by a network with a CRF on top: words, affixes, shapes and characters, a bidirectional LSTM. */
import { defineRow } from '../row.js';
import { ewtConfig, taggedRight } from '../treebank.js';

export const ewtTagger = defineRow({
  name: 'ewt-tagger',
  data: 'UD English EWT, UPOS',
  model: 'Tagger: BiLSTM-CRF',
  metric: '% of words',
  reach: { atLeast: 94.5 },
  reference: 'PyTorch BiLSTM-CRF with characters 93.9',
  config: ewtConfig,
  run: (context, config) => taggedRight(context, 'ud-english-ewt', config),
});

/** The same network with the sparse features of the feature CRF beside it, learnt together. */
import { defineRow } from '../row.js';
import { ewtConfig, taggedRight } from '../treebank.js';
import { featurized } from '../word-features.js';

export const ewtHybrid = defineRow({
  name: 'ewt-hybrid',
  data: 'UD English EWT, UPOS',
  model: 'Tagger: BiLSTM-CRF with sparse features',
  metric: '% of words',
  reach: { atLeast: 95.5 },
  reference: 'CRFsuite 95.04',
  config: ewtConfig,
  run: (context, config) => taggedRight(context, 'ud-english-ewt', config, featurized),
});

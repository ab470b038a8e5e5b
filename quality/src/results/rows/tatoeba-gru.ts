/** English to French by a recurrent network that attends (arXiv:1409.0473). */
import { defineRow } from '../row.js';
import { bleuOnTest } from '../translating.js';

export const tatoebaGRU = defineRow({
  name: 'tatoeba-gru',
  data: 'Tatoeba, English → French',
  model: 'Seq2Seq: GRU, additive attention',
  metric: 'BLEU, several references',
  reach: { atLeast: 35 },
  reference: 'none published for this split',
  config: {
    seed: 1,
    pieces: 3000,
    model: {
      network: { kind: 'gru', hiddenSize: 192, embeddingSize: 128, attention: 'additive', inputFeeding: false },
      dropout: 0.2,
    },
    learning: { epochs: 6, batchSize: 96, learningRate: 2e-3 },
    width: 4,
  },
  run: (context, config) => bleuOnTest(context, config),
});

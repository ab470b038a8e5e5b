/** English to French by a Transformer (arXiv:1706.03762). */
import { defineRow } from '../row.js';
import { bleuOnTest } from '../translating.js';

export const tatoebaTransformer = defineRow({
  name: 'tatoeba-transformer',
  data: 'Tatoeba, English → French',
  model: 'Seq2Seq: Transformer',
  metric: 'BLEU, several references',
  reach: { atLeast: 35 },
  reference: 'none published for this split',
  config: {
    seed: 1,
    pieces: 3000,
    model: {
      network: { kind: 'transformer', size: 128, heads: 4, layers: 2, dropout: 0.1 },
      dropout: 0.1,
      labelSmoothing: 0.1,
    },
    learning: { epochs: 3, batchSize: 96, learningRate: 3e-3 },
    width: 4,
  },
  run: (context, config) => bleuOnTest(context, config),
});

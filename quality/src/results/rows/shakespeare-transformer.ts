/** Shakespeare's characters by a Transformer. */
import { lossOnShakespeare } from '../language.js';
import { defineRow } from '../row.js';

export const shakespeareTransformer = defineRow({
  name: 'shakespeare-transformer',
  data: 'tiny Shakespeare',
  model: 'LanguageModel: Transformer',
  metric: 'nats per character',
  reach: { atMost: 1.65 },
  reference: '5-gram 1.669; Transformer of 10.8 M parameters 1.48',
  config: {
    seed: 1,
    model: {
      layer: { kind: 'transformer', size: 160, heads: 5, layers: 4, positions: 'rotary' },
      embeddingSize: 160,
      context: 128,
      dropout: 0.1,
    },
    learning: { epochs: 6, batchSize: 16, learningRate: 2e-3, weightDecay: 0.1, stateful: false },
  },
  run: (context, config) => lossOnShakespeare(context, config),
});

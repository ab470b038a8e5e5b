/** Shakespeare's characters by an LSTM. */
import { lossOnShakespeare } from '../language.js';
import { defineRow } from '../row.js';

export const shakespeareLSTM = defineRow({
  name: 'shakespeare-lstm',
  data: 'tiny Shakespeare',
  model: 'LanguageModel: LSTM',
  metric: 'nats per character',
  reach: { atMost: 1.55 },
  reference: '5-gram 1.669; Transformer of 10.8 M parameters 1.48',
  config: {
    seed: 1,
    model: { layer: { kind: 'lstm', hiddenSize: 384 }, embeddingSize: 64, context: 128, dropout: 0.3 },
    learning: { epochs: 8, batchSize: 32, learningRate: 4e-3, weightDecay: 0.01, stateful: true },
  },
  run: (context, config) => lossOnShakespeare(context, config),
});

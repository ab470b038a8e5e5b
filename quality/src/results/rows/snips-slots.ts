/** Slots of spoken commands as chunks of words. */
import { spanF1 } from '@seqloom/data';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';
import { tagsOfTest } from '../tagging.js';

export const snipsSlots = defineRow({
  name: 'snips-slots',
  data: 'SNIPS, slots',
  model: 'Tagger: BiLSTM-CRF',
  metric: 'span F1, %',
  reach: { atLeast: 95 },
  reference: 'CRFsuite 94.67',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'lstm', hiddenSize: 128 },
      embedding: { word: 100, affixes: true, characters: 40, wordDropout: 0.1 },
      scheme: 'BIO',
      dropout: 0.4,
      minCount: 2,
    },
    learning: { epochs: 10, batchSize: 32, learningRate: 3e-3 },
  },
  async run(context, config) {
    const { found, expected } = await tagsOfTest(context, await context.load('snips'), config);
    const { micro } = spanF1(found, expected);
    return {
      score: percent(micro.f1),
      further: { precision: percent(micro.precision), recall: percent(micro.recall) },
    };
  },
});

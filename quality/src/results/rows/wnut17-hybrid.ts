/** New names in noisy text: half of those in the test part were never seen. */
import { spanF1 } from '@seqloom/data';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';
import { tagsOfTest } from '../tagging.js';
import { featurized } from '../word-features.js';

export const wnut17Hybrid = defineRow({
  name: 'wnut17-hybrid',
  data: 'WNUT-17, names',
  model: 'Tagger: BiLSTM-CRF with sparse features',
  metric: 'span F1, %',
  reach: { atLeast: 20 },
  reference: 'CRFsuite 15.5; shared task, with outside vectors, 26–42',
  config: {
    seed: 1,
    model: {
      encoder: { kind: 'lstm', hiddenSize: 96 },
      embedding: { word: 100, affixes: true, characters: 60, wordDropout: 0.3 },
      scheme: 'BIO',
      dropout: 0.5,
      minCount: 2,
    },
    learning: { epochs: 15, batchSize: 16, learningRate: 2e-3 },
  },
  async run(context, config) {
    const { found, expected } = await tagsOfTest(context, await context.load('wnut17'), config, featurized);
    const { micro } = spanF1(found, expected);
    return {
      score: percent(micro.f1),
      further: { precision: percent(micro.precision), recall: percent(micro.recall) },
    };
  },
});

/** Commands to actions, on commands like those of training. */
import { defineRow } from '../row.js';
import { exactOnTest, scanConfig } from '../scan.js';

export const scanSimple = defineRow({
  name: 'scan-simple',
  data: 'SCAN, simple split',
  model: 'Seq2Seq: GRU, additive attention',
  metric: '% exact',
  reach: { atLeast: 99.5 },
  reference: 'LSTM 99.8 (Lake & Baroni 2018)',
  config: scanConfig,
  run: (context, config) => exactOnTest(context, 'simple', config),
});

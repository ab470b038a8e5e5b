/** Commands to actions, on commands that ask for more actions than any in training. */
import { defineRow } from '../row.js';
import { exactOnTest, scanConfig } from '../scan.js';

export const scanLength = defineRow({
  name: 'scan-length',
  data: 'SCAN, length split',
  model: 'Seq2Seq: GRU, additive attention',
  metric: '% exact',
  reference: '14–21 (Lake & Baroni 2018)',
  config: scanConfig,
  run: (context, config) => exactOnTest(context, 'length', config),
});

/** Eruptions of Old Faithful: how long they took, and how long one waited for the next. */
import { observations } from '@seqloom/hmm-crf/hmm';
import { fitGaussians } from '../gaussian-hmm.js';
import { defineRow } from '../row.js';

export const hmmFaithful = defineRow({
  name: 'hmm-faithful',
  data: 'Old Faithful',
  model: 'HMM: two Gaussian states, EM',
  metric: '−log likelihood',
  reach: { atMost: 1113.5421 },
  reference: 'reference computation in float64 1113.5421, its best path 97 + 175 steps',
  config: {
    means: [
      [2, 50],
      [4.5, 80],
    ],
    covars: [
      [0.5, 50],
      [0.5, 50],
    ],
    covarsPrior: 0,
    startProb: [0.5, 0.5],
    transMat: [
      [0.8, 0.2],
      [0.2, 0.8],
    ],
    iterations: 300,
    tolerance: 1e-13,
  },
  async run(context, config) {
    const { train } = await context.load('faithful');
    return fitGaussians(observations([train.rows]), config);
  },
});

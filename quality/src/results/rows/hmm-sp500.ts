/** Calm and troubled months of the stock market since 1871. */
import { observations } from '@seqloom/hmm-crf/hmm';
import { fitGaussians } from '../gaussian-hmm.js';
import { defineRow } from '../row.js';

export const hmmSp500 = defineRow({
  name: 'hmm-sp500',
  data: 'S&P 500, monthly returns',
  model: 'HMM: two Gaussian states, EM',
  metric: '−log likelihood',
  reach: { atMost: 4991.6776 },
  reference: 'reference computation in float64 4991.6776, its best path 1677 + 188 months',
  config: {
    means: [[1], [-1]],
    covars: [[10], [40]],
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
    const { train } = await context.load('sp500');
    const prices = train.rows.map((row) => row[train.columns.indexOf('SP500')]!).filter((price) => price > 0);
    const returns = prices.slice(1).map((price, i) => 100 * Math.log(price / prices[i]!));
    return fitGaussians(observations(returns), config);
  },
});

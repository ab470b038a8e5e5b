/** Strong earthquakes a year as a Poisson process that changes between three states; learnt by EM from the starting values of the book. */
import { HMM, observations, Poisson } from '@seqloom/hmm-crf/hmm';
import { rounded } from '../percent.js';
import { defineRow } from '../row.js';

export const hmmEarthquakes = defineRow({
  name: 'hmm-earthquakes',
  data: 'earthquakes 1900–2006',
  model: 'HMM: three Poisson states, EM',
  metric: '−log likelihood',
  reach: { atMost: 328.528 },
  reference: 'Zucchini & MacDonald 328.5275',
  config: {
    lambdas: [14, 19, 26.1],
    startProb: [1 / 3, 1 / 3, 1 / 3],
    transMat: [
      [0.9, 0.05, 0.05],
      [0.05, 0.9, 0.05],
      [0.05, 0.05, 0.9],
    ],
    iterations: 300,
    tolerance: 1e-10,
  },
  async run(context, { lambdas, startProb, transMat, iterations, tolerance }) {
    const { train } = await context.load('earthquakes');
    const data = observations(train.rows.map((row) => row[train.columns.indexOf('count')]!));
    const emission = new Poisson({ stateCount: lambdas.length, lambdas });
    const hmm = new HMM({ emission, startProb, transMat });
    const { history } = await hmm.fit(data, { iterations, tolerance });
    return {
      score: rounded(-hmm.score(data), 4),
      further: {
        iterations: history.length,
        'means of the states': [...emission.lambdas].map((lambda) => rounded(lambda)).join(', '),
        'means in the book': '13.13, 19.71, 29.71',
      },
    };
  },
});

/** HMMs of Gaussian states, learnt by EM from given starting values. */
import { Gaussian, HMM, type Observations } from '@seqloom/hmm-crf/hmm';
import { rounded } from './percent.js';
import type { Outcome } from './row.js';

export interface GaussianConfig {
  readonly means: readonly (readonly number[])[];
  readonly covars: readonly (readonly number[])[];
  readonly covarsPrior: number;
  readonly startProb: readonly number[];
  readonly transMat: readonly (readonly number[])[];
  readonly iterations: number;
  readonly tolerance: number;
}

/** −log likelihood, and how many steps the best path spends in each state. */
export async function fitGaussians(data: Observations, config: GaussianConfig): Promise<Outcome> {
  const { means, covars, covarsPrior, startProb, transMat, iterations, tolerance } = config;
  const stateCount = means.length;
  const emission = new Gaussian({ stateCount, size: data.width, means, covars, minCovar: 0, prior: { covarsPrior } });
  const hmm = new HMM({ emission, startProb, transMat });
  const { history } = await hmm.fit(data, { iterations, tolerance });
  const { path, scores } = hmm.viterbi(data);
  const steps = Array.from({ length: stateCount }, (_, k) => path.filter((state) => state === k).length);
  return {
    score: rounded(-hmm.score(data), 4),
    further: {
      iterations: history.length,
      'means of the states': [...emission.means].map((mean) => rounded(mean, 3)).join(', '),
      'best path: log probability': rounded(scores[0]!, 4),
      'best path: steps in each state': steps.join(', '),
    },
  };
}

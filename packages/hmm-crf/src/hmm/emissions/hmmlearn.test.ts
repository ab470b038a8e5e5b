/** HMMs with these emissions, against hmmlearn and published fits. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import hmmlearn from '../../__fixtures__/hmmlearn-emissions.json' with { type: 'json' };
import published from '../../__fixtures__/published-emissions.json' with { type: 'json' };
import { fromHmmlearn } from '../from-hmmlearn.js';
import { HMM } from '../hmm.js';
import { observations } from '../observations.js';
import { dataOf, expectClose, expectSameAnswers, type HmmlearnCase } from '../test-hmmlearn.js';
import type { Emission } from './emission.js';
import { GaussianMixture } from './gaussian-mixture.js';
import { Multinomial } from './multinomial.js';
import { Poisson } from './poisson.js';

const series = `${process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../../../../shared/data', import.meta.url))}/series`;
const absent = !existsSync(series);
if (absent) console.warn(`left out: the real series are not at ${series}; set SEQLOOM_DATA to the data folder`);

describe.each(hmmlearn.cases)('hmmlearn: $family', (given) => {
  const model = (parameters: object) =>
    fromHmmlearn({ ...parameters, covariance_type: 'diag', ...('trials' in given && { n_trials: given.trials }) });
  const data = dataOf(given as unknown as HmmlearnCase);

  it('score, posteriors and decodings are the same', () =>
    expectSameAnswers(model(given.initial), data, given as unknown as HmmlearnCase));

  it('six iterations of EM arrive at the same parameters', async () => {
    const { startProb, transMat, emission } = model(given.initial);
    const learned = emission instanceof GaussianMixture ? conditionalUpdates(emission) : emission;
    const hmm = new HMM({ emission: learned, startProb, transMat });
    const { history } = await hmm.fit(data, { iterations: 6, tolerance: -1e9 });
    expectClose(history, given.history);
    const fitted = model(given.fitted);
    for (const name of ['startProb', 'transMat'] as const) expectClose(hmm[name], fitted[name]);
    if (emission instanceof Poisson) return expectClose(emission.lambdas, (fitted.emission as Poisson).lambdas);
    if (emission instanceof Multinomial)
      return expectClose(emission.emissionProb, (fitted.emission as Multinomial).emissionProb);
    for (const name of ['weights', 'means', 'covars'] as const)
      expectClose((emission as GaussianMixture)[name], (fitted.emission as GaussianMixture)[name]);
  });
});

describe('earthquakes, 1900–2006 (Zucchini & MacDonald)', () => {
  const { counts, stationary_fits, em_2state, em_3state } = published.earthquakes_poisson;
  const data = observations(counts);

  it.each(Object.entries(stationary_fits))('%s states: likelihood and path as published', (stateCount, fit) => {
    const emission = new Poisson({ stateCount: Number(stateCount), lambdas: fit.lambda });
    const chain =
      'transmat' in fit ? { startProb: rescaled(fit.stationary), transMat: fit.transmat.map(rescaled) } : {};
    const hmm = new HMM({ emission, ...chain });
    expectClose([hmm.score(data)], [fit.loglik]);
    if (!('viterbi_path' in fit)) return;
    const { path, scores } = hmm.viterbi(data);
    expect([...path]).toEqual(fit.viterbi_path);
    expectClose(scores, [fit.viterbi_logprob]);
  });

  it.each([em_2state, em_3state])(
    'EM climbs as it does elsewhere',
    async ({ init, loglik_first5, loglik_final, lambda }) => {
      const emission = new Poisson({ stateCount: lambda.length, lambdas: init.lambda });
      const hmm = new HMM({ emission, startProb: init.startprob, transMat: init.transmat });
      const { history } = await hmm.fit(data, { iterations: 300, tolerance: 1e-10 });
      expectClose(history.slice(0, 5), loglik_first5);
      expect(history.at(-1)!).toBeCloseTo(loglik_final, 4);
      for (const [k, rate] of emission.lambdas.entries()) expect(rate).toBeCloseTo(lambda[k]!, 2);
    },
  );
});

it.skipIf(absent)(
  'Old Faithful, left out where SEQLOOM_DATA is absent: mixtures of one Gaussian are Gaussians',
  async () => {
    const { init, loglik_first5, loglik_final, means, vars } = published.old_faithful_2d;
    const lines = readFileSync(`${series}/faithful.tsv`, 'utf8').trim().split('\n').slice(1);
    const data = observations([lines.map((line) => line.split('\t').slice(-2).map(Number))]);
    const given = { means: init.means, covars: init.vars };
    const emission = new GaussianMixture({
      stateCount: 2,
      mixtureCount: 1,
      size: 2,
      means: given.means.flat(),
      covars: given.covars.flat(),
      minCovar: 1e-12,
    });
    const hmm = new HMM({ emission, startProb: init.startprob, transMat: init.transmat });
    const { history } = await hmm.fit(data, { iterations: 60, tolerance: 1e-9 });
    expectClose(history.slice(0, 5), loglik_first5);
    expect(history.at(-1)!).toBeCloseTo(loglik_final, 6);
    for (const [i, mean] of means.flat().entries()) expect(emission.means[i]! / mean).toBeCloseTo(1, 5);
    for (const [i, variance] of vars.flat().entries()) expect(emission.covars[i]! / variance).toBeCloseTo(1, 5);
  },
);

/** hmmlearn's M-step for mixtures: covariances are the best for the means before, means and weights the best there are. */
function conditionalUpdates(emission: GaussianMixture): Emission {
  const copy = GaussianMixture.fromJSON({ ...emission.toJSON(), frozen: ['means', 'weights'] });
  const others = GaussianMixture.fromJSON({ ...emission.toJSON(), frozen: ['covars'] });
  return new Proxy(emission, {
    get(target, name) {
      if (name === 'maximise')
        return (statistics: Float64Array) => {
          for (const part of [copy, others]) part.maximise(statistics);
          for (const part of [target, copy, others]) {
            part.means.set(others.means);
            part.weights.set(others.weights);
            part.covars.set(copy.covars);
          }
        };
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Printed probabilities, summing to 1 again. */
function rescaled(p: readonly number[]): number[] {
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((x) => x / sum);
}

import { describe, expect, it } from 'vitest';
import hmmlearn from '../__fixtures__/hmmlearn-em.json' with { type: 'json' };
import published from '../__fixtures__/published-hmm.json' with { type: 'json' };
import { Categorical } from './emissions/categorical.js';
import { Gaussian } from './emissions/gaussian.js';
import { fromHmmlearn } from './from-hmmlearn.js';
import { HMM } from './hmm.js';
import { observations } from './observations.js';

const relative = 1e-8;

describe.each(hmmlearn.cases)('hmmlearn: $family', (given) => {
  const type = given.family.replace('gaussian-', '');
  const model = (parameters: object) => fromHmmlearn({ ...parameters, covariance_type: type });
  const rows = given.X as number[][];
  const starts = given.lengths.map((_, at) => given.lengths.slice(0, at).reduce((sum, length) => sum + length, 0));
  const data = observations(given.lengths.map((length, at) => rows.slice(starts[at], starts[at]! + length)));

  it('score, posteriors and decodings are the same', () => {
    const hmm = model(given.initial);
    close([hmm.score(data)], [given.logLikelihood]);
    close(hmm.posteriors(data), given.posterior.flat());
    for (const [decoded, expected] of [
      [hmm.viterbi(data), given.viterbi],
      [hmm.map(data), given.map],
    ] as const) {
      expect([...decoded.path]).toEqual(expected.path);
      close([decoded.scores.reduce((sum, score) => sum + score, 0)], [expected.score]);
    }
  });

  it('six iterations of EM arrive at the same parameters', async () => {
    const hmm = model(given.initial);
    const { history } = await hmm.fit(data, { iterations: 6, tolerance: -1e9 });
    close(history, given.history);
    const fitted = model(given.fitted);
    for (const name of ['startProb', 'transMat'] as const) close(hmm[name], fitted[name]);
    const [learned, expected] = [hmm.emission, fitted.emission];
    if (learned instanceof Categorical) return close(learned.emissionProb, (expected as Categorical).emissionProb);
    close((learned as Gaussian).means, (expected as Gaussian).means);
    close((learned as Gaussian).covars, (expected as Gaussian).covars);
  });
});

describe('published examples', () => {
  it("the dishonest casino: the book's path, and the likelihood", () => {
    const { transmat, emissionprob, rolls, start_fair_half, start_stationary } = published.casino;
    const data = observations([Array.from(rolls, (roll) => Number(roll) - 1)]);
    for (const { startprob, loglik, viterbi, viterbi_logprob, posterior_loaded } of [
      start_fair_half,
      start_stationary,
    ]) {
      const emission = new Categorical({ stateCount: 2, size: 6, emissionProb: emissionprob });
      const hmm = new HMM({ emission, startProb: startprob, transMat: transmat });
      const { path, scores } = hmm.viterbi(data);
      close([hmm.score(data), scores[0]!], [loglik, viterbi_logprob]);
      expect(Array.from(path, (state) => 'FL'[state]).join('')).toBe(viterbi);
      const loaded = hmm.posteriors(data).filter((_, at) => at % 2 === 1);
      for (const [t, p] of loaded.entries()) expect(p).toBeCloseTo(posterior_loaded[t]!, 9);
    }
  });

  it('weather, GC content and a Gaussian toy: paths and probabilities', () => {
    const { rainy_sunny, gc_content_toy, gaussian_toy } = published;
    for (const { startprob, transmat, obs, viterbi_path, viterbi_prob, ...rest } of [
      rainy_sunny,
      gc_content_toy,
      gaussian_toy,
    ]) {
      const emission =
        'means' in rest
          ? new Gaussian({ stateCount: 2, size: 1, means: rest.means, covars: [1, 1] })
          : new Categorical({ stateCount: 2, size: rest.emissionprob[0]!.length, emissionProb: rest.emissionprob });
      const hmm = new HMM({ emission, startProb: startprob, transMat: transmat });
      const { path, scores } = hmm.viterbi(observations(obs));
      expect([...path]).toEqual(viterbi_path);
      close([Math.exp(scores[0]!)], [viterbi_prob]);
    }
  });
});

function close(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i]! - expected[i]!) <= relative * Math.max(Math.abs(expected[i]!), 1e-3)))
      throw new Error(`element ${i} is ${actual[i]}, not ${expected[i]}`);
}

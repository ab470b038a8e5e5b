import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import hmmlearn from '../__fixtures__/hmmlearn-em.json' with { type: 'json' };
import published from '../__fixtures__/published-hmm.json' with { type: 'json' };
import series from '../__fixtures__/published-series.json' with { type: 'json' };
import { Categorical } from './emissions/categorical.js';
import { Gaussian } from './emissions/gaussian.js';
import { fromHmmlearn } from './from-hmmlearn.js';
import { HMM } from './hmm.js';
import { observations } from './observations.js';
import { dataOf, expectClose, expectSameAnswers, type HmmlearnCase } from './test-hmmlearn.js';

const folder = `${process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url))}/series`;
const absent = !existsSync(folder);
if (absent) console.warn(`left out: the real series are not at ${folder}; set SEQLOOM_DATA to the data folder`);

describe.each(hmmlearn.cases)('hmmlearn: $family', (given) => {
  const type = given.family.replace('gaussian-', '');
  const model = (parameters: object) => fromHmmlearn({ ...parameters, covariance_type: type });
  const data = dataOf(given as unknown as HmmlearnCase);

  it('score, posteriors and decodings are the same', () =>
    expectSameAnswers(model(given.initial), data, given as unknown as HmmlearnCase));

  it('six iterations of EM arrive at the same parameters', async () => {
    const hmm = model(given.initial);
    const { history } = await hmm.fit(data, { iterations: 6, tolerance: -1e9 });
    expectClose(history, given.history);
    const fitted = model(given.fitted);
    for (const name of ['startProb', 'transMat'] as const) expectClose(hmm[name], fitted[name]);
    const [learned, expected] = [hmm.emission, fitted.emission];
    if (learned instanceof Categorical)
      return expectClose(learned.emissionProb, (expected as Categorical).emissionProb);
    expectClose((learned as Gaussian).means, (expected as Gaussian).means);
    expectClose((learned as Gaussian).covars, (expected as Gaussian).covars);
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
      expectClose([hmm.score(data), scores[0]!], [loglik, viterbi_logprob]);
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
      expectClose([Math.exp(scores[0]!)], [viterbi_prob]);
    }
  });
});

describe('ice cream (Eisner 2002), its end as a state with a symbol of its own', () => {
  const { obs_1to3, startprob, transmat, emissionprob, endprob, ...expected } = series.ice_cream;
  const data = observations([[...obs_1to3.map((scoops) => scoops - 1), 3]]);
  const hmm = (start: number[]) =>
    new HMM({
      emission: new Categorical({
        stateCount: 3,
        size: 4,
        emissionProb: [...emissionprob.map((row) => [...row, 0]), [0, 0, 0, 1]],
      }),
      startProb: [...start, 0],
      transMat: [...transmat.map((row, k) => [...row, endprob[k]!]), [0, 0, 1]],
    });

  it('likelihood, posteriors and path', () => {
    const model = hmm(startprob);
    const { path, scores } = model.viterbi(data);
    expectClose([model.score(data), scores[0]!], [expected.loglik, expected.viterbi_logprob]);
    expect([...path]).toEqual([...expected.viterbi_path, 2]);
    expectClose(
      model
        .posteriors(data)
        .filter((_, at) => at % 3 === 1)
        .subarray(0, -1),
      expected.posterior_hot,
    );
  });

  it.each([
    [[0.3, 0.7], expected.em_from_03_07_10steps],
    [[0.5, 0.5], expected.em_from_05_05_10steps],
  ])('EM from %j', async (start, { startprob, transmat, emissionprob, endprob, loglik_before_each_step }) => {
    const model = hmm(start);
    const { history } = await model.fit(data, { iterations: 10, tolerance: -1e9 });
    expectClose(history, loglik_before_each_step);
    expectClose(model.startProb, [...startprob, 0]);
    expectClose(
      model.transMat.subarray(0, 6),
      transmat.flatMap((row, k) => [...row, endprob[k]!]),
    );
    expectClose(
      model.emission.emissionProb.subarray(0, 8),
      emissionprob.flatMap((row) => [...row, 0]),
    );
  });
});

describe.skipIf(absent)('real series, left out where SEQLOOM_DATA is absent', () => {
  const lines = (file: string) => readFileSync(`${folder}/${file}`, 'utf8').trim().split('\n').slice(1);
  const faithful = () => lines('faithful.tsv').map((line) => line.split('\t').slice(-2).map(Number));
  const prices = () =>
    lines('sp500_monthly.csv')
      .map((line) => Number(line.split(',')[1]))
      .filter((price) => price > 0);
  const returns = (all: number[]) => all.slice(1).map((price, t) => [100 * Math.log(price / all[t]!)]);

  it.each([
    ['Old Faithful', series.old_faithful_2d, faithful],
    ['Old Faithful, waiting times', series.old_faithful_waiting, () => faithful().map((row) => [row[1]!])],
    ['S&P 500', series.sp500_monthly, () => returns(prices())],
  ])('%s: the same way up, and the same summit', async (_, expected, rows) => {
    const { init, means, vars } = expected;
    const prior = { covarsPrior: 0 };
    const emission = new Gaussian({
      stateCount: 2,
      size: means[0]!.length,
      means: init.means,
      covars: init.vars,
      prior,
    });
    const hmm = new HMM({ emission, startProb: init.startprob, transMat: init.transmat });
    const data = observations([rows()]);
    const { history } = await hmm.fit(data, { iterations: 400, tolerance: 1e-10 });
    expectClose(history.slice(0, 5), expected.loglik_first5);
    expect(history.at(-1)).toBeCloseTo(expected.loglik_final, 4);
    for (const [i, mean] of means.flat().entries()) expect(emission.means[i]! / mean).toBeCloseTo(1, 3);
    for (const [i, variance] of vars.flat().entries()) expect(emission.covars[i]! / variance).toBeCloseTo(1, 3);
    const { path, scores } = hmm.viterbi(data);
    expect(scores[0]).toBeCloseTo(expected.viterbi_logprob, 2);
    expect([...path.subarray(0, 50)]).toEqual(expected.viterbi_first50);
  });
});

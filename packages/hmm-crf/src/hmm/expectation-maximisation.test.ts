import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { Gaussian } from './emissions/gaussian.js';
import { expectationMaximisation, type LatentModel, type LearnFitOptions } from './expectation-maximisation.js';
import type { FitResult } from './fit.js';
import { HMM } from './hmm.js';
import type { Observations } from './observations.js';
import { NegativeBinomialDuration } from './structure/durations/negative-binomial.js';
import { InputDrivenHMM } from './structure/input-driven/input-driven-hmm.js';
import { HMMMixture } from './structure/mixture/hmm-mixture.js';
import { HiddenSemiMarkovModel } from './structure/semi-markov/hidden-semi-markov-model.js';
import { VariationalGaussian } from './variational/gaussian.js';
import { VariationalHMM } from './variational/variational-hmm.js';

type Learner = LatentModel<unknown, { logLikelihood: number }> & {
  fit(data: unknown, options?: LearnFitOptions): Promise<FitResult>;
};

const emission = () => new Gaussian({ stateCount: 2, size: 2 });
const plain = (data: Observations): unknown => data;
const driven = (observations: Observations): unknown => ({
  observations,
  inputs: { ...observations, values: observations.values.map((x) => Math.min(1, Math.max(-1, x))) },
});
const models: [name: string, make: () => unknown, dataOf: (data: Observations) => unknown][] = [
  [
    'semi-Markov',
    () =>
      new HiddenSemiMarkovModel({
        emission: emission(),
        duration: new NegativeBinomialDuration({ stateCount: 2, maximum: 6 }),
      }),
    plain,
  ],
  ['input-driven', () => new InputDrivenHMM({ emission: emission(), inputSize: 2 }), driven],
  [
    'mixture',
    () => new HMMMixture({ components: [new HMM({ emission: emission() }), new HMM({ emission: emission() })] }),
    plain,
  ],
  [
    'variational, diagonal',
    () => new VariationalHMM({ emission: new VariationalGaussian({ stateCount: 2, size: 2, covarianceType: 'diag' }) }),
    plain,
  ],
  [
    'variational, full',
    () => new VariationalHMM({ emission: new VariationalGaussian({ stateCount: 2, size: 2 }) }),
    plain,
  ],
];

function random(lengths: readonly number[], scale = 1): Observations {
  const rng = new Rng(1);
  const rows = lengths.reduce((a, b) => a + b, 0);
  return { values: Float64Array.from({ length: 2 * rows }, () => scale * rng.normal()), width: 2, lengths };
}

describe.each(models)('%s', (_, make, dataOf) => {
  const model = () => make() as Learner;

  it('the same seed gives the same model; events number themselves', async () => {
    const data = dataOf(random([20, 1, 0, 9]));
    const [a, b] = [model(), model()];
    const events = [];
    for await (const event of expectationMaximisation(a, data, { rng: new Rng(3), iterations: 3, tolerance: -1e9 }))
      events.push(event);
    expect(events.map((event) => (event.type === 'iteration' ? event.iteration : event.reason))).toEqual([
      1,
      2,
      3,
      'finished',
    ]);
    await b.fit(data, { rng: new Rng(3), iterations: 3, tolerance: -1e9 });
    expect(JSON.stringify(b)).toBe(JSON.stringify(a));
    expect(await b.fit(data, { tolerance: 1e9 })).toMatchObject({ stopped: 'converged', history: { length: 2 } });
  });

  it.each([[[]], [[0]], [[1]], [[1, 0, 1]]])('sequences of lengths %j teach nothing wrong', async (lengths) => {
    const one = model();
    const { history } = await one.fit(dataOf(random(lengths)), { rng: new Rng(1), iterations: 4 });
    expect(history.every(Number.isFinite)).toBe(true);
    expect(JSON.stringify(one)).not.toContain('null'); // what NaN is in JSON
  });

  it('lets timers run between short iterations, so that one can stop it', async () => {
    const signal = AbortSignal.timeout(50);
    const result = await model().fit(dataOf(random([5])), { iterations: 200_000, tolerance: -1e9, signal });
    expect(result).toMatchObject({ stopped: 'aborted' });
  });

  it('values that overflow, a signal and options that are none change nothing', async () => {
    const data = dataOf(random([20, 5]));
    const one = model();
    await one.fit(data, { rng: new Rng(1), iterations: 2 });
    const before = JSON.stringify(one);
    await expect(one.fit(dataOf(random([6], 1e200)))).rejects.toThrowError(
      expect.objectContaining({ name: 'DataError' }),
    );
    await expect(one.fit(data, { iteration: 3 } as never)).rejects.toThrowError(/unknown option `iteration`/);
    await expect(one.fit(data, { iterations: -1 })).rejects.toThrowError(/iterations/);
    expect(JSON.stringify(one)).toBe(before);
    const controller = new AbortController();
    const result = await one.fit(data, {
      tolerance: -1e9,
      signal: controller.signal,
      onIteration: () => controller.abort(),
    });
    expect(result).toMatchObject({ stopped: 'aborted' });
    expect(result.history).toHaveLength(1);
  });
});

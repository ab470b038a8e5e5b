/** The forecaster: learns waves with noise, knows how sure it is, and names bad input. */
import { Rng, useBackend } from '@seqloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Forecaster, type ForecasterOptions } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';
import { scaleOf } from './series.js';

beforeAll(async () => void (await useBackend('wasm')));

/** Two waves far from 0, one of which is nothing but noise; the noise of the other has the deviation 5. */
const draw = new Rng(7);
const series = Array.from({ length: 40 }, () => {
  const phase = 6 * draw.uniform();
  return Array.from({ length: 30 + draw.below(20) }, (_, t) => [
    1000 + 50 * Math.sin(t / 2 + phase) + 5 * draw.normal(),
    draw.normal(),
  ]);
});
const [train, unseen] = [series.slice(0, 30), series.slice(30)];
const small = (options: Partial<ForecasterOptions> = {}) =>
  Forecaster.build(train, {
    horizon: 3,
    layer: { kind: 'gru', hiddenSize: 12 },
    context: 20,
    rng: new Rng(1),
    ...options,
  });

it.each<[string, Partial<ForecasterOptions>]>([
  ['a normal distribution', {}],
  ['quantiles', { quantiles: [0.1, 0.5, 0.9] }],
])('%s', async (_, options) => {
  const known = unseen.map((rows) => rows.slice(0, -3));
  const loss = await verifyReadyModel({
    ...{ train, unseen, build: () => small(options), load: (bytes) => Forecaster.load(bytes) },
    options: { epochs: 14, batchSize: 8, learningRate: 0.03 },
    answer: async (model) => {
      const forecasts = await (model as Forecaster).predict(known);
      for (const forecast of forecasts) {
        const [wave, noise] =
          'mean' in forecast ? forecast.deviation[0]! : forecast.quantiles[0]!.map(([low, , high]) => high! - low!);
        expect(wave! / 50).toBeLessThan(noise!); // it knows which of the two can be known
      }
      return forecasts;
    },
  });
  expect(loss).toBeLessThan(options.quantiles ? 0.25 : 1.1);
});

it('what never changes has a deviation of 1, also where its sum is rounded', () => {
  const tenths = Array.from({ length: 10 }, () => [0.1]);
  expect(scaleOf('', [tenths])).toEqual({ mean: [0.1], deviation: [1] });
});

it('errors are those of the quantile nearest to the median', async () => {
  const [only, both] = [[0.5], [0.5, 0.9]].map((quantiles) => small({ quantiles, rng: new Rng(1) }));
  for (const model of [only!, both!]) await model.fit(train, { epochs: 2 });
  const [error, other] = [await only!.evaluate(unseen), await both!.evaluate(unseen)].map((metrics) => metrics.error!);
  expect(Math.abs(error! - other!)).toBeLessThan(0.2);
});

describe('bad input is named', () => {
  it.each<[RegExp, () => unknown]>([
    [/series 0 has 3 steps, and must have more than 3/, () => Forecaster.build([[[1], [2], [3]]], { horizon: 3 })],
    [/`horizon` must be a whole number/, () => small({ horizon: 0 })],
    [/`quantiles` must be at least one number, rising/, () => small({ quantiles: [0.5, 0.5] })],
    [/`quantiles` must be a number from 0 to 1/, () => small({ quantiles: [2] })],
    [/series 1 has Infinity at step 0, number 1/, () => small().predict([[[1, 2]], [[1, Infinity]]])],
    [/series 0 is empty/, () => small().predict([[]])],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

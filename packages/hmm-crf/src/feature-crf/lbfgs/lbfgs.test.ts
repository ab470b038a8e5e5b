import { collect } from '@seqloom/core/dataset';
import { describe, expect, it } from 'vitest';
import fixture from '../../__fixtures__/crfsuite-optima.json' with { type: 'json' };
import { type FeatureTrainingEvent, fitFeatureCRF, lbfgs, readAttributes } from '../index.js';
import { namedWeights } from '../test-model.js';

const train = await collect(readAttributes(fixture.trainText));
const test = await collect(readAttributes(fixture.testText));
const precise = { epsilon: 1e-9, delta: 0 };

describe.each(fixture.cases)("CRFsuite's optimum with $parameters", ({ parameters, ...expected }) => {
  const options = parameters as unknown as Record<string, number>;
  const { c1 = 0, c2 = 0 } = options;
  const features = {
    minFreq: options['feature.minfreq'] ?? 0,
    possibleStates: Boolean(options['feature.possible_states']),
    possibleTransitions: Boolean(options['feature.possible_transitions']),
  };
  const weightError = c1 > 0 ? 1e-5 : 1e-6; // where weights jump to 0, CRFsuite's own are this far from the optimum

  it('has the same features, loss, weights, labels, probabilities and marginals', async () => {
    const events: FeatureTrainingEvent[] = [];
    const algorithm = lbfgs({ c1, c2, ...precise });
    const crf = await fitFeatureCRF(train, { algorithm, features, onEvent: (event) => void events.push(event) });
    const last = events.findLast((event) => event.type === 'iteration')!;
    expect(Math.abs(last.loss - expected.optimum)).toBeLessThan(1e-6);
    expect(last.activeFeatures).toBe(expected.activeFeatures);
    const { states, transitions } = namedWeights(crf.model);
    expectNear(states, expected.states, weightError);
    expectNear(transitions, expected.transitions, weightError);
    for (const [n, { labels, probability, marginals }] of expected.tagged.entries()) {
      const { items } = test[n]!;
      expect(crf.tag(items)).toEqual(labels);
      expect(Math.abs(crf.probability(items, labels) - probability)).toBeLessThan(1e-5);
      const found = crf.marginals(items).map((row, t) => row[crf.labels.indexOf(labels[t]!)]!);
      for (const [t, marginal] of marginals.entries()) expect(Math.abs(found[t]! - marginal)).toBeLessThan(1e-5);
    }
  });

  it.each(['Backtracking', 'StrongBacktracking'] as const)('is found by %s too', async (lineSearch) => {
    let loss = 0;
    const onEvent = (event: FeatureTrainingEvent) => {
      if (event.type === 'iteration') loss = event.loss;
    };
    await fitFeatureCRF(train, { algorithm: lbfgs({ c1, c2, ...precise, lineSearch }), features, onEvent });
    expect(Math.abs(loss - expected.optimum)).toBeLessThan(1e-6);
  });
});

/** The fixture leaves out weights that are 0. */
function expectNear(found: Map<string, number>, expected: Record<string, number | undefined>, error: number): void {
  for (const [name, weight] of Object.entries(expected)) {
    expect(Math.abs((found.get(name) ?? 0) - weight!), name).toBeLessThan(error);
  }
  for (const [name, weight] of found)
    if (expected[name] === undefined) expect(Math.abs(weight), name).toBeLessThan(error);
}

import { describe, expect, test } from 'vitest';
import fixture from '../__fixtures__/crfsuite-models.json' with { type: 'json' };
import type { FeatureModel } from './feature-model.js';
import { readCrfsuiteModel } from './formats/crfsuite-model.js';
import { modelSize, topStateFeatures, topTransitions } from './inspect.js';
import { describeModel } from './inspect-table.js';

const names = ['a', 'b\n', 'c', 'never'];
const model: FeatureModel = {
  labels: ['O', 'B'],
  attributes: { size: 4, id: (name) => names.indexOf(name), name: (id) => names[id]! },
  stateOffsets: Int32Array.of(0, 2, 2, 4, 5), // `b` has no features
  stateLabels: Int32Array.of(0, 1, 0, 1, 1),
  stateWeights: Float64Array.of(1.5, -2, -0.25, 1.5, 0),
  transitionOffsets: Int32Array.of(0, 1, 3),
  transitionLabels: Int32Array.of(1, 0, 1),
  transitionWeights: Float64Array.of(-1, 3, 0.5),
};

test('counts features and those that say something', () => {
  const expected = { labels: 2, attributes: 4, stateFeatures: 5, transitions: 3, active: 7, activeAttributes: 2 };
  expect(modelSize(model)).toEqual(expected);
});

test('finds the heaviest of each sign, of all labels or of one', () => {
  expect(topStateFeatures(model)).toEqual({
    positive: [
      { attribute: 'a', label: 'O', weight: 1.5 },
      { attribute: 'c', label: 'B', weight: 1.5 },
    ],
    negative: [
      { attribute: 'a', label: 'B', weight: -2 },
      { attribute: 'c', label: 'O', weight: -0.25 },
    ],
  });
  expect(topStateFeatures(model, { count: 1, label: 'O' })).toEqual({
    positive: [{ attribute: 'a', label: 'O', weight: 1.5 }],
    negative: [{ attribute: 'c', label: 'O', weight: -0.25 }],
  });
  expect(topTransitions(model, { count: 1 })).toEqual({
    positive: [{ from: 'B', to: 'O', weight: 3 }],
    negative: [{ from: 'O', to: 'B', weight: -1 }],
  });
  expect(topTransitions(model, { label: 'B' }).positive).toEqual([{ from: 'B', to: 'B', weight: 0.5 }]);
});

test('prints a table', () => {
  expect(describeModel(model, { count: 1 })).toBe(`2 labels, 4 attributes
5 state features and 3 transitions, 7 of them active

Transitions
  +3.0000  B → O
  -1.0000  O → B

Label O
  +1.5000  a
  -0.2500  c

Label B
  +1.5000  c
  -2.0000  a
`);
  const odd = { ...model, labels: ['\u001b[2J', 'B'] };
  expect(describeModel(odd)).toContain('Label \uFFFD[2J\n');
});

describe.each(fixture.cases)('a model that CRFsuite trained: $algorithm', ({ model, transitions }) => {
  test('law: no feature that was left out is heavier', () => {
    const theirs = readCrfsuiteModel(Uint8Array.from(atob(model), (c) => c.charCodeAt(0)));
    const weights = Object.values(transitions);
    const { positive, negative } = topTransitions(theirs, { count: 3 });
    const expected = weights
      .filter((w) => w > 0)
      .toSorted((a, b) => b - a)
      .slice(0, 3);
    expect(positive.map(({ weight }) => weight)).toEqual(expected.map((w) => expect.closeTo(w, 5)));
    const lowest = weights
      .filter((w) => w < 0)
      .toSorted((a, b) => a - b)
      .slice(0, 3);
    expect(negative.map(({ weight }) => weight)).toEqual(lowest.map((w) => expect.closeTo(w, 5)));
    for (const label of theirs.labels) {
      const all = topStateFeatures(theirs, { count: 1000, label });
      expect(topStateFeatures(theirs, { count: 4, label }).positive).toEqual(all.positive.slice(0, 4));
      expect([...all.positive, ...all.negative].every((feature) => feature.label === label)).toBe(true);
    }
  });
});

test('an unknown label or a wrong count is an OptionError', () => {
  for (const wrong of [{ label: 'X' }, { count: -1 }, { top: 3 } as never]) {
    expect(() => topStateFeatures(model, wrong)).toThrow(expect.objectContaining({ name: 'OptionError' }));
    expect(() => topTransitions(model, wrong)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  }
  expect(() => describeModel(model, { label: 'O' } as never)).toThrow('unknown option');
});

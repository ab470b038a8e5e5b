import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { AttributeDictionary } from './attribute-dictionary.js';
import { FeatureCRF, type FeatureModel, featurize, type Item } from './index.js';

const labels = ['A', 'B', 'C'];
const names = ['x', 'y', 'z=1', 'unseen with A'];

/** Every attribute with two of three labels, every move but one. */
function randomModel(rng: Rng): FeatureModel {
  const weights = (n: number) => Float64Array.from({ length: n }, () => 2 * rng.normal());
  return {
    ...{ labels, attributes: new AttributeDictionary(names) },
    ...{ stateOffsets: Int32Array.of(0, 2, 4, 6, 8), stateLabels: Int32Array.of(0, 1, 0, 2, 1, 2, 1, 2) },
    ...{ transitionOffsets: Int32Array.of(0, 3, 6, 8), transitionLabels: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 2) },
    ...{ stateWeights: weights(8), transitionWeights: weights(8) },
  };
}

const items: Item[] = [['x', 'y', 'who?'], { x: 0.5, z: '1', y: false }, { y: true }, [], ['x', 'unseen with A']];
/** The same as pairs of attribute and value. */
const plain = [
  [
    ['x', 1],
    ['y', 1],
  ],
  [
    ['x', 0.5],
    ['z=1', 1],
  ],
  [['y', 1]],
  [],
  [
    ['x', 1],
    ['unseen with A', 1],
  ],
] as [string, number][][];

/** Every labelling with its probability, the most probable first. */
function enumerate(model: FeatureModel): { path: number[]; probability: number }[] {
  const weight = (offsets: Int32Array, targets: Int32Array, weights: Float64Array, group: number, label: number) => {
    for (let f = offsets[group]!; f < offsets[group + 1]!; f++) if (targets[f] === label) return weights[f]!;
    return 0;
  };
  const state = (name: string, label: number) =>
    weight(model.stateOffsets, model.stateLabels, model.stateWeights, names.indexOf(name), label);
  const move = (from: number, to: number) =>
    weight(model.transitionOffsets, model.transitionLabels, model.transitionWeights, from, to);
  let paths: { path: number[]; score: number }[] = [{ path: [], score: 0 }];
  for (const attributes of plain) {
    paths = paths.flatMap(({ path, score }) =>
      labels.map((_, label) => ({
        path: [...path, label],
        score:
          score +
          (path.length > 0 ? move(path.at(-1)!, label) : 0) +
          attributes.reduce((sum, [name, value]) => sum + value * state(name, label), 0),
      })),
    );
  }
  const total = paths.reduce((sum, { score }) => sum + Math.exp(score), 0);
  const ranked = paths.map(({ path, score }) => ({ path, probability: Math.exp(score) / total }));
  return ranked.sort((a, b) => b.probability - a.probability);
}

describe('FeatureCRF', () => {
  it('tags, ranks and weighs labellings as enumeration does', () => {
    for (let seed = 0; seed < 20; seed++) {
      const model = randomModel(new Rng(seed));
      const crf = new FeatureCRF(model);
      const paths = enumerate(model);
      const named = (path: number[]) => path.map((label) => labels[label]!);
      expect(crf.tag(items)).toEqual(named(paths[0]!.path));
      for (const [n, { labels: found, probability }] of crf.kBest(items, 7).entries()) {
        expect(found).toEqual(named(paths[n]!.path));
        expect(probability).toBeCloseTo(paths[n]!.probability, 12);
        expect(crf.probability(items, found)).toBeCloseTo(probability, 12);
      }
      for (const [t, row] of crf.marginals(items).entries()) {
        const expected = labels.map((_, label) =>
          paths.reduce((sum, { path, probability }) => sum + (path[t] === label ? probability : 0), 0),
        );
        for (const [label, marginal] of row.entries()) expect(marginal).toBeCloseTo(expected[label]!, 12);
      }
      expect(crf.kBest(items, 1000)).toHaveLength(3 ** 5);
    }
  });

  it('has one labelling for no items', () => {
    const crf = new FeatureCRF(randomModel(new Rng(1)));
    expect(crf.tag([])).toEqual([]);
    expect(crf.marginals([])).toEqual([]);
    expect(crf.probability([], [])).toBe(1);
    expect(crf.kBest([], 2)).toEqual([{ labels: [], probability: 1 }]);
  });

  it('answers alike for short sequences after long ones, in any order', () => {
    const crf = new FeatureCRF(randomModel(new Rng(2)));
    const long = Array.from({ length: 3000 }, (_, t) => items[t % items.length]!);
    const [short, whole] = [crf.tag(items), crf.tag(long)];
    expect(crf.tag(items)).toEqual(short);
    expect(crf.tag(long)).toEqual(whole);
  });

  it('says what is wrong with labels, items and models, and where', () => {
    const model = randomModel(new Rng(3));
    const crf = new FeatureCRF(model);
    expect(() => crf.probability(items, ['A'])).toThrow('5 items, but 1 labels');
    expect(() => crf.probability(items, ['A', 'B', 'D', 'A', 'A'])).toThrow("item 2: the model has no label 'D'");
    expect(() => crf.tag([['x'], { x: Number.NaN }])).toThrow("item 1: attribute 'x' has the value NaN");
    expect(() => crf.tag([['x'], 'y' as never])).toThrow("item 1: 'y' is no item");
    expect(() => crf.kBest(items, 0)).toThrow('`k`');
    const spoiled = model.stateWeights.with(3, Number.NaN);
    expect(() => new FeatureCRF({ ...model, stateWeights: spoiled })).toThrow('`stateWeights`[3] is NaN');
    expect(() => new FeatureCRF({ ...model, stateLabels: model.stateLabels.with(5, 3) })).toThrow(
      '`stateLabels`[5] is 3',
    );
    expect(() => new FeatureCRF({ ...model, transitionOffsets: Int32Array.of(0, 8) })).toThrow('must have 4 numbers');
    expect(() => new FeatureCRF({ ...model, stateOffsets: Int32Array.of(0, 4, 2, 6, 8) })).toThrow('falls at 2');
    expect(() => new FeatureCRF({ ...model, labels: ['A', 'A', 'B'] })).toThrow('two labels');
  });
});

it('featurize asks for every token once, in order', () => {
  const tokens = ['to', 'be'];
  expect(featurize(tokens, (all, t) => [`w=${all[t]}`, `of=${all.length}`])).toEqual([
    ['w=to', 'of=2'],
    ['w=be', 'of=2'],
  ]);
});

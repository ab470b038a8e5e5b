import { DataError, OptionError, ShapeError, sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FeatureCRF } from '../../feature-crf/feature-crf.js';
import type { FeatureModel } from '../../feature-crf/feature-model.js';
import type { Item } from '../../feature-crf/item.js';
import { sparseFeatureLaws } from '../../laws/sparse-feature-laws.js';
import { activeFeatures } from './active-features.js';
import { AttributeVocabulary } from './attribute-vocabulary.js';
import { fromFeatureModel } from './from-feature-model.js';
import { SparseFeatures } from './sparse-features.js';

describe.each(backendsHere())('sparse features on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries(sparseFeatureLaws))('%s', (_, law) => law(1));
  it('is a module', () => verifyModule(() => new SparseFeatures({ featureCount: 3, labelCount: 2 })));

  it('says what is wrong with its input', () => {
    const sparse = new SparseFeatures({ featureCount: 3, labelCount: 2 });
    const ids = tf.tensor3d([0, 3], [1, 1, 2], 'int32');
    expect(() => sparse.forward({ ids })).toThrow(DataError);
    expect(() => sparse.forward({ ids: tf.zeros([1, 2], 'int32') as never })).toThrow(ShapeError);
    expect(() => sparse.forward({ ids, values: tf.zeros([1, 1, 1]) })).toThrow(ShapeError);
    expect(() => new SparseFeatures({ featureCount: 0, labelCount: 2 })).toThrow(OptionError);
  });
});

describe('attributes', () => {
  const sequences: Item[][] = [[['a', 'b'], { a: 2, c: 'x', d: false }], [], [['b']]];

  it('are numbered as they appear, rare ones left out', async () => {
    const all = AttributeVocabulary.build(sequences);
    expect(['a', 'b', 'c=x', 'd'].map((name) => all.id(name))).toEqual([0, 1, 2, -1]);
    const vocabulary = AttributeVocabulary.build(sequences, { minFreq: 2 });
    expect([vocabulary.size, vocabulary.name(1), vocabulary.id('c=x')]).toEqual([2, 'b', -1]);
    const { ids, values } = activeFeatures(sequences, vocabulary);
    expect(await ids.array()).toEqual([
      [
        [0, 1],
        [0, -1],
      ],
      [
        [-1, -1],
        [-1, -1],
      ],
      [
        [1, -1],
        [-1, -1],
      ],
    ]);
    await expectClose(values!, [1, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0], 0, 'values');
    const again = AttributeVocabulary.fromJSON(JSON.parse(JSON.stringify(all)));
    expect(again.id('c=x')).toBe(2);
  });

  it('says what is wrong', () => {
    expect(() => AttributeVocabulary.build([[['a'], [3 as never]]])).toThrow('sequence 0, item 1');
    expect(() => AttributeVocabulary.build([], { minFreq: 0 })).toThrow(OptionError);
    expect(() => AttributeVocabulary.build(sequences).name(3)).toThrow(DataError);
    for (const json of [null, {}, { format: 'seqloom/attributes', version: 1, attributes: ['a', 'a'] }]) {
      expect(() => AttributeVocabulary.fromJSON(json)).toThrow(DataError);
    }
    expect(() => activeFeatures(sequences, AttributeVocabulary.build(sequences), 1)).toThrow('sequence 0 has 2 items');
  });
});

describe('a trained feature CRF as modules', () => {
  it('answers as before', async () => {
    await useBackend('cpu');
    const vocabulary = AttributeVocabulary.build([[['a', 'b', 'c']]]);
    const model: FeatureModel = {
      labels: ['X', 'Y'],
      attributes: vocabulary,
      stateOffsets: Int32Array.of(0, 1, 3, 3),
      stateLabels: Int32Array.of(1, 0, 1),
      stateWeights: Float64Array.of(0.5, -1, 2),
      transitionOffsets: Int32Array.of(0, 1, 2),
      transitionLabels: Int32Array.of(1, 1),
      transitionWeights: Float64Array.of(-0.25, 0.75),
    };
    const before = new FeatureCRF(model);
    const { sparse, crf } = fromFeatureModel(model);
    const items: Item[] = [['a'], { b: 0.5, z: 3 }, ['c', 'a']];
    const emissions = sequence(sparse.forward(activeFeatures([items], model.attributes)));
    const marginals = before.marginals(items).flatMap((row) => [...row]);
    await expectClose(crf.marginals(emissions), marginals, 1e-6, 'marginals');
    const { labels, probabilities } = crf.kBest(emissions, 8);
    const ranked = before.kBest(items, 8);
    await expectClose(
      probabilities,
      ranked.map(({ probability }) => probability),
      1e-6,
      'probabilities',
    );
    expect((await labels.array())[0]!.map((path) => path.map((k) => model.labels[k]))).toEqual(
      ranked.map((each) => each.labels),
    );
    expect(() => fromFeatureModel({ ...model, stateLabels: Int32Array.of(1, 0, 2) })).toThrow(DataError);
  });
});

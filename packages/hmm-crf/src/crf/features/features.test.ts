import { DataError, OptionError, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../feature-crf/item.js';
import { sparseFeatureLaws } from '../../laws/sparse-feature-laws.js';
import { activeFeatures } from './active-features.js';
import { AttributeVocabulary } from './attribute-vocabulary.js';
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
    expect(await ids.array()).toEqual([[[0, 1], [0, -1]], [[-1, -1], [-1, -1]], [[1, -1], [-1, -1]]]); // biome-ignore format: rows
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

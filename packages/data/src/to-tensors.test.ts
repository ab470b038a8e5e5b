import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { padFeatures, padIds, padValues } from './to-tensors.js';

beforeAll(async () => {
  await useBackend('cpu');
});

/** What lies in tensors, freed afterwards. */
function read<T extends object>(make: () => T): { [K in keyof T]: { shape: number[]; dtype: string; data: unknown } } {
  return tf.tidy(() => {
    const entries = Object.entries(make() as Record<string, tf.Tensor>);
    const seen = entries.map(([name, t]) => [name, { shape: t.shape, dtype: t.dtype, data: t.arraySync() }]);
    return Object.fromEntries(seen);
  });
}

const rows = fc
  .array(fc.array(fc.nat(1000), { maxLength: 6 }), { minLength: 1, maxLength: 5 })
  .filter((all) => all.some((row) => row.length > 0));

test('law: the mask gives the rows back, padding is 0, T is the longest row rounded up', () => {
  const law = fc.property(rows, fc.integer({ min: 1, max: 4 }), (all, multiple) => {
    const { ids, mask } = read(() => padIds(all, { multiple }));
    const time = Math.ceil(Math.max(...all.map((row) => row.length)) / multiple) * multiple;
    expect([ids.shape, mask.shape, ids.dtype, mask.dtype]).toEqual([
      [all.length, time],
      [all.length, time],
      'int32',
      'bool',
    ]);
    const [padded, real] = [ids.data as number[][], mask.data as number[][]];
    expect(padded.map((row, b) => row.filter((_, t) => real[b]![t]))).toEqual(all);
    expect(padded.every((row, b) => row.every((id, t) => real[b]![t] || id === 0))).toBe(true);
    expect(real.map((row) => row.reduce((sum, bit) => sum + bit, 0))).toEqual(all.map((row) => row.length));
  });
  fc.assert(law);
});

test('law: features and values are padded like ids, step by step', () => {
  const law = fc.property(rows, (all) => {
    const pairs = all.map((row) => row.map((id) => [id, id + 1]));
    const [flat, features, values] = [
      read(() => padIds(all)),
      read(() => padFeatures(pairs)),
      read(() => padValues(pairs)),
    ];
    const expected = (flat.ids.data as number[][]).map((row, b) =>
      row.map((id, t) => ((flat.mask.data as number[][])[b]![t] ? [id, id + 1] : [0, 0])),
    );
    expect(features).toEqual({
      ids: { shape: [...flat.ids.shape, 2], dtype: 'int32', data: expected },
      mask: flat.mask,
    });
    expect(values).toEqual({ values: { ...features.ids, dtype: 'float32' }, mask: flat.mask });
  });
  fc.assert(law);
});

describe('what cannot be padded is a ShapeError, and leaks nothing', () => {
  test.each([
    ['an empty batch of ids', () => padIds([])],
    ['an empty batch of features', () => padFeatures([])],
    ['an empty batch of values', () => padValues([])],
    ['empty rows only', () => padIds([[], []])],
    ['empty rows of values only', () => padValues([[], []])],
    ['half an id', () => padIds([[1, 2.5]])],
    ['a missing id', () => padFeatures([[[1, Number.NaN]]])],
    ['a negative id', () => padIds([[-1]])],
    ['steps of different size', () => padFeatures([[[1, 2]], [[1, 2], [3]]])],
    ['values of different size', () => padValues([[], [[0.5], [0.5, 1]]])],
    ['steps of no size', () => padValues([[[]]])],
  ])('%s', (_, make) => {
    const before = tf.memory().numTensors;
    expect(make).toThrow(expect.objectContaining({ name: 'ShapeError' }));
    expect(tf.memory().numTensors).toBe(before);
  });

  test('unknown and impossible options', () => {
    for (const options of [{ multiple: 0 }, { length: 5 }]) {
      expect(() => padIds([[1]], options as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
    }
  });
});

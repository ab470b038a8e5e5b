import { Rng, useBackend } from '@seqloom/core';
import { expectClose, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { allOf, blockMask, causalMask, keyMask, prefixMask, segmentMask, windowMask } from './index.js';
import { lawBackends } from './law-backends.js';
import { bothAllow } from './masks.js';

describe.each(lawBackends)('masks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('a causal mask shows each query its past and itself', async () => {
    await expectClose(
      causalMask(3),
      [
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
      ],
      0,
    );
    await expectClose(
      causalMask(2, 5),
      [
        [1, 1, 1, 1, 0],
        [1, 1, 1, 1, 1],
      ],
      0,
    );
    await expectClose(causalMask(1, 4), [[1, 1, 1, 1]], 0);
  });

  it('windows, blocks, prefixes and segments', async () => {
    const rows = (...texts: string[]) => texts.map((text) => [...text].map(Number));
    await expectClose(windowMask(3, 4, 2), rows('1100', '0110', '0011'), 0);
    await expectClose(windowMask(3, 4, 1, 1), rows('0110', '0011', '0001'), 0);
    await expectClose(blockMask(4, 4, 2), rows('1100', '1100', '0011', '0011'), 0);
    await expectClose(blockMask(1, 4, 3), rows('0001'), 0);
    await expectClose(prefixMask(4, 4, 2), rows('1100', '1100', '1110', '1111'), 0);
    await expectClose(prefixMask(2, 4, 0), causalMask(2, 4), 0);
    const segments = tf.tensor2d([0, 0, 1, 0, 1, 1], [2, 3], 'int32');
    await expectClose(segmentMask(segments), [rows('110', '110', '001'), rows('100', '011', '011')], 0);
    await expectClose(
      allOf(segmentMask(segments), causalMask(3)),
      [rows('100', '110', '001'), rows('100', '010', '011')],
      0,
    );
  });

  it('keep the laws of ops', () => {
    const rng = new Rng(1);
    const mask = (shape: number[]) =>
      tf.tensor(
        Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.below(2)),
        shape,
        'bool',
      );
    const shapes = [
      [
        [3, 1, 5],
        [7, 5],
      ],
      [
        [3, 1, 5],
        [3, 7, 5],
      ],
      [
        [3, 1, 5],
        [1, 1],
      ],
      [
        [3, 1, 2, 5],
        [4, 1, 1],
      ],
      [[5], [3, 2, 1]],
    ];
    const cases = shapes.map(([a, b]) => ({
      name: `[${a}] and [${b}]`,
      inputs: { a: mask(a!), b: mask(b!) },
      attributes: {},
    }));
    return verifyOp(bothAllow, cases);
  });

  it('masks combine, whatever their rank and dtype', async () => {
    const keys = tf.tensor2d([
      [1, 1, 1],
      [1, 1, 0],
    ]);
    const both = allOf(keyMask(keys), causalMask(3), tf.ones([2, 3, 3]));
    expect(both.dtype).toBe('bool');
    await expectClose(
      both,
      [
        [
          [1, 0, 0],
          [1, 1, 0],
          [1, 1, 1],
        ],
        [
          [1, 0, 0],
          [1, 1, 0],
          [1, 1, 0],
        ],
      ],
      0,
    );
  });
});

it('refuses masks that cannot be', () => {
  expect(() => causalMask(3, 2)).toThrow('causalMask: `keys` must be a whole number of at least 3, got 2');
  expect(() => allOf()).toThrow('at least one mask');
});

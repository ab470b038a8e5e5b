import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend/index.js';
import { ShapeError } from './errors.js';
import { asMask, keepWhere, lengthMask, sequence, zeroPadding } from './sequence.js';
import { backendsHere, expectClose, expectNoLeak } from './testing/index.js';

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('a sequence is all real unless told, and its mask is of dtype bool', async () => {
    const values = tf.ones<tf.Rank.R3>([2, 3, 4]);
    await expectClose(
      sequence(values).mask,
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      0,
    );
    const given = sequence(
      values,
      tf.tensor2d(
        [
          [1, 0, 1],
          [0, 0, 0],
        ],
        [2, 3],
        'int32',
      ),
    );
    expect([sequence(values).mask.dtype, given.mask.dtype]).toEqual(['bool', 'bool']);
    await expectClose(
      given.mask,
      [
        [1, 0, 1],
        [0, 0, 0],
      ],
      0,
    );
  });

  it('lengthMask starts at step 0', async () => {
    await expectClose(
      lengthMask([2, 0, 3]),
      [
        [1, 1, 0],
        [0, 0, 0],
        [1, 1, 1],
      ],
      0,
    );
    await expectClose(lengthMask([1], 2), [[1, 0]], 0);
    expect([lengthMask([]).shape, lengthMask([0, 0]).shape]).toEqual([
      [0, 0],
      [2, 0],
    ]);
  });

  it('keepWhere and zeroPadding let no NaN through, in values or gradients', async () => {
    const mask = lengthMask([2, 1]);
    const padded = (filler: number) =>
      tf.tensor3d([
        [[1], [2]],
        [[3], [filler]],
      ]);
    await expectClose(
      keepWhere(mask, padded(Number.NaN), 7),
      [
        [[1], [2]],
        [[3], [7]],
      ],
      0,
    );
    await expectClose(
      zeroPadding({ values: padded(Infinity), mask }).values,
      [
        [[1], [2]],
        [[3], [0]],
      ],
      0,
    );
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.square(keepWhere(mask, x))))(padded(Number.NaN));
    await expectClose(
      gradient,
      [
        [[2], [4]],
        [[6], [0]],
      ],
      0,
    );
  });

  it('leaves nothing behind', () =>
    expectNoLeak(() => tf.tidy(() => void zeroPadding(sequence(tf.ones<tf.Rank.R3>([2, 2, 1]), lengthMask([1, 2]))))));
});

describe('errors', () => {
  it('values and mask must agree', () => {
    const call = () => sequence(tf.ones<tf.Rank.R3>([2, 3, 4]), lengthMask([1, 2, 3]));
    expect(call).toThrow('sequence: `mask` must have shape [B=2, T=3], got [3,3]\n  hint: B=2 was set by `values`');
    expect(() => sequence(tf.ones([2, 3]) as never)).toThrow(ShapeError);
  });

  it.each([[[-1]], [[1.5]], [[4]], [[Number.NaN]]])('no sequence of 3 steps has the length %j', (lengths) => {
    expect(() => lengthMask(lengths, 3)).toThrow(ShapeError);
  });

  it('asMask leaves a mask as it is', () => {
    const mask = lengthMask([1]);
    expect(asMask(mask)).toBe(mask);
  });
});

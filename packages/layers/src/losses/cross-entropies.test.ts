/** Golden: PyTorch's cross-entropy with all its options. Tolerance: 1e-5 (float32 against float64). */
import { DataError, lengthMask, OptionError, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/losses.json' with { type: 'json' };
import { type CrossEntropyOptions, crossEntropies, maskedCrossEntropy } from '../index.js';

const [B, T, V] = [2, 3, 5];

describe.each(backendsHere())('cross-entropies on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.crossEntropy)('are what PyTorch says: $name', async ({ logits, targets, options, ...expected }) => {
    const ids = tf.tensor2d(targets, [B, T], 'int32');
    const mask = tf.notEqual<tf.Tensor2D>(ids, expected.ignore);
    const loss = (x: tf.Tensor) =>
      expected.reduction === 'mean'
        ? maskedCrossEntropy(x as tf.Tensor3D, ids, mask, options)
        : crossEntropies(x as tf.Tensor3D, ids, mask, options);
    const x = tf.tensor3d(logits, [B, T, V]);
    const whole = expected.reduction === 'sum' ? tf.sum(loss(x)) : tf.reshape(loss(x), [-1]);
    await expectClose(whole, expected.loss, 1e-5);
    await expectClose(tf.grad(loss)(x), expected.gradient, 1e-5, 'gradient');
  });

  it.each<CrossEntropyOptions>([
    { labelSmoothing: 0.3 },
    { focal: 2 },
    { focal: 0.5, labelSmoothing: 0.1, classWeights: [1, 0, 2, 3, 0.5] },
  ])('read nothing at padding, which may be NaN: %o', async (options) => {
    const clean = Array.from({ length: B * T * V }, (_, i) => Math.sin(i * i));
    const [ids, mask] = [tf.tensor2d([0, 1, 2, 3, 99, -1], [B, T], 'int32'), lengthMask([3, 1])];
    const logits = tf.tensor3d(
      clean.map((x, i) => (i < 4 * V ? x : Number.NaN)),
      [B, T, V],
    );
    await checkGradients(
      (x) => maskedCrossEntropy(tf.where(tf.isNaN(logits), logits, x!) as tf.Tensor3D, ids, mask, options),
      [tf.tensor3d(clean, [B, T, V])],
    );
    const each = crossEntropies(logits, ids, mask, options);
    const weights = [0, 1, 2, 3].map((id) => options.classWeights?.[id] ?? 1);
    const total = weights.reduce((a, b) => a + b);
    await expectClose(maskedCrossEntropy(logits, ids, mask, options), tf.div(tf.sum(each), total), 1e-5);
    await expectClose(maskedCrossEntropy(logits, ids, lengthMask([0, 0], T), options), 0, 0);
  });
});

it('focus takes the share (1 − p)^γ of each loss', async () => {
  const [logits, ids, mask] = [
    tf.randomNormal<tf.Rank.R3>([1, 4, V]),
    tf.ones<tf.Rank.R2>([1, 4], 'int32'),
    lengthMask([4]),
  ];
  const nll = crossEntropies(logits, ids, mask);
  const expected = tf.mul(nll, tf.pow(tf.sub(1, tf.exp(tf.neg(nll))), 2));
  await expectClose(crossEntropies(logits, ids, mask, { focal: 2 }), expected, 1e-5);
});

it('names what is wrong', () => {
  const [logits, ids, mask] = [
    tf.zeros<tf.Rank.R3>([1, 2, 3]),
    tf.tensor2d([[0, 3]], [1, 2], 'int32'),
    lengthMask([2]),
  ];
  const run =
    (options: CrossEntropyOptions, m = mask) =>
    () =>
      maskedCrossEntropy(logits, ids, m, options);
  expect(run({ focal: 1 })).toThrow('target 3 at sequence 0, step 1 is out of range');
  expect(run({ labelSmoothing: 0.1 })).toThrow(DataError);
  expect(() => crossEntropies(logits, ids, mask)).toThrow(DataError);
  expect(run({ focal: 1 }, lengthMask([1], 2))).not.toThrow();
  expect(run({ labelSmoothing: 2 })).toThrow(OptionError);
  expect(run({ focal: -1 })).toThrow(OptionError);
  expect(run({ classWeights: [1, 2] })).toThrow(ShapeError);
  expect(run({ classWeights: [1, 2, -1] })).toThrow(OptionError);
  expect(run({ smoothing: 1 } as CrossEntropyOptions)).toThrow(/unknown option/);
});

/** Tolerance 1e-5: float32 sums of a dozen terms. */
import { lengthMask, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { maskedCrossEntropy } from '../index.js';

const [B, T, V] = [2, 3, 4];
const numbers = Array.from({ length: B * T * V }, (_, i) => 2 * Math.sin(3 * i));
const targets = [3, 0, 1, 2, 2, 0];

/** By the definition, over the first steps of each row. */
function expected(lengths: readonly number[]): number {
  const places = lengths.flatMap((length, b) => Array.from({ length }, (_, t) => b * T + t));
  const losses = places.map((place) => {
    const row = numbers.slice(place * V, (place + 1) * V);
    return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[targets[place]!]!;
  });
  return losses.reduce((sum, x) => sum + x, 0) / Math.max(1, losses.length);
}

describe.each(backendsHere())('maskedCrossEntropy on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const ids = () => tf.tensor2d(targets, [B, T], 'int32');
  const loss = (x: tf.Tensor, lengths: readonly number[]) =>
    maskedCrossEntropy(x as tf.Tensor3D, ids(), lengthMask(lengths, T));

  it.each([[[3, 3]], [[3, 1]], [[0, 0]]])('is the mean over lengths %j', async (lengths) => {
    const logits = tf.tensor3d(numbers, [B, T, V]);
    await expectClose(loss(logits, lengths), expected(lengths), 1e-5);
    await expectClose(loss(tf.add(logits, 1e4), lengths), expected(lengths), 1e-2, 'far from 0');
    await checkGradients((x) => loss(x!, lengths), [logits]);
  });

  it('has second derivatives', async () => {
    const slope = (x: tf.Tensor) => tf.sum(tf.square(tf.grad((y: tf.Tensor) => loss(y, [3, 1]))(x))) as tf.Scalar;
    await checkGradients((x) => slope(x!), [tf.tensor3d(numbers, [B, T, V])]);
  });

  it('reads nothing at padding, and leaves nothing behind', async () => {
    const dirty = numbers.map((x, i) => (i < 4 * V ? x : Number.NaN));
    const logits = tf.tensor3d(dirty, [B, T, V]);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => loss(x, [3, 1]))(logits);
    await expectClose(value, expected([3, 1]), 1e-5);
    expect((await grad.data()).every(Number.isFinite)).toBe(true);
    await expectNoLeak(() => tf.tidy(() => void tf.grad((x: tf.Tensor) => loss(x, [3, 1]))(logits)));
  });
});

it('names what does not fit', () => {
  const [mask, ids] = [tf.ones<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([2, 3], 'int32')];
  expect(() => maskedCrossEntropy(tf.zeros([2, 4, 5]), ids, mask)).toThrow(/`targets` must have shape \[B=2, T=4\]/);
  expect(() => maskedCrossEntropy(tf.zeros([0, 3, 5]), tf.zeros([0, 3]), tf.zeros([0, 3]))).toThrow(ShapeError);
  expect(() => maskedCrossEntropy(tf.zeros([2, 0, 5]), tf.zeros([2, 0]), tf.zeros([2, 0]))).toThrow(/no time steps/);
});

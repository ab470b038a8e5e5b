/** Tolerance 1e-5: float32 sums of a dozen terms. */
import { DataError, lengthMask, Rng, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, expectNoLeak, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { maskedCrossEntropy } from '../index.js';
import { crossEntropyOp } from './masked-cross-entropy.js';

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

  const plain = { smoothing: 0 };

  it('keeps the laws of ops', () => {
    const rng = new Rng(1);
    const inputs = (lengths: readonly number[], T: number, V: number) => ({
      logits: tf.tensor3d(
        Float32Array.from({ length: lengths.length * T * V }, (_, i) => {
          const [b, t] = [Math.floor(i / (T * V)), Math.floor(i / V) % T];
          return t < lengths[b]! ? 2 * rng.normal() : Number.NaN;
        }),
        [lengths.length, T, V],
      ),
      targets: tf.tensor2d(
        Int32Array.from({ length: lengths.length * T }, () => rng.below(V)),
        [lengths.length, T],
        'int32',
      ),
      mask: lengthMask(lengths, T),
    });
    return verifyOp(
      crossEntropyOp,
      [
        { name: 'one class', inputs: inputs([1], 1, 1), attributes: plain },
        { name: 'ragged', inputs: inputs([3, 0, 2], 3, 7), attributes: plain },
        { name: 'smooth', inputs: inputs([3, 0, 2], 3, 7), attributes: { smoothing: 0.2 } },
        { name: 'one smooth class', inputs: inputs([1], 1, 1), attributes: { smoothing: 0.2 } },
        { name: 'nothing real', inputs: inputs([0, 0], 2, 4), attributes: plain },
        { name: 'many classes', inputs: inputs([2, 1], 2, 33), attributes: { smoothing: 0.1 } },
      ].map((each) => ({ ...each, gradientCheck: each.inputs.logits.size < 100 ? {} : (false as const) })),
    );
  });

  it('says which target is no class; padding may hold any', () => {
    const wrong = tf.tensor2d([0, 1, -1, 4, 0, 0], [B, T], 'int32');
    const logits = tf.zeros<tf.Rank.R3>([B, T, V]);
    expect(() => maskedCrossEntropy(logits, wrong, lengthMask([2, 1], T))).toThrow(DataError);
    expect(() => maskedCrossEntropy(logits, wrong, lengthMask([2, 1], T))).toThrow('target 4 at sequence 1, step 0');
    expect(() => maskedCrossEntropy(logits, wrong, lengthMask([2, 0], T))).not.toThrow();
    expect(
      crossEntropyOp.composed({ logits, targets: wrong, mask: lengthMask([2, 1], T) }, plain)[0]!.dataSync(),
    ).toEqual(Float32Array.of(Number.NaN));
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

/** Golden: PyTorch's mse and Huber; the others by their definitions. Tolerance: 1e-5. */
import { lengthMask, OptionError, Rng, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/losses.json' with { type: 'json' };
import { gaussianNLL, maskedAbsoluteError, maskedHuber, maskedSquaredError, quantileLoss } from '../index.js';

const [B, T, D] = [2, 3, 2];
const lengths = [3, 1];
const real = [0, 1, 2, 3, 4, 5, 6, 7]; // the elements at the first four positions
const quantiles = [0.1, 0.5, 0.8];

function numbers(seed: number, size = B * T * D): number[] {
  const rng = new Rng(seed);
  return Array.from({ length: size }, () => 2 * rng.normal());
}

const [y, mu, spread, q] = [numbers(1), numbers(2), numbers(3), numbers(4, B * T * D * 3)];
const meanOf = (each: (i: number) => number) => real.reduce((sum, i) => sum + each(i), 0) / real.length;
const tensor = (values: readonly number[]) =>
  tf.tensor3d(
    values.map((x, i) => (real.includes(i) ? x : Number.NaN)),
    [B, T, D],
  );
const mask = () => lengthMask(lengths);
const spreads = () => tensor(spread.map((x) => x / 4));

type Loss = (x: tf.Tensor3D) => tf.Scalar;
const losses: [name: string, loss: Loss, expected: () => number][] = [
  ['squared', (x) => maskedSquaredError(x, tensor(y), mask()), () => meanOf((i) => (mu[i]! - y[i]!) ** 2)],
  ['absolute', (x) => maskedAbsoluteError(x, tensor(y), mask()), () => meanOf((i) => Math.abs(mu[i]! - y[i]!))],
  [
    'Huber',
    (x) => maskedHuber(x, tensor(y), mask(), { delta: 0.7 }),
    () =>
      meanOf((i) => {
        const gap = Math.abs(mu[i]! - y[i]!);
        return gap < 0.7 ? gap ** 2 / 2 : 0.7 * (gap - 0.35);
      }),
  ],
  [
    'Gaussian',
    (x) => gaussianNLL(x, spreads(), tensor(y), mask()),
    () =>
      meanOf((i) => (Math.log(2 * Math.PI) + spread[i]! / 4 + (mu[i]! - y[i]!) ** 2 / Math.exp(spread[i]! / 4)) / 2),
  ],
];

describe.each(backendsHere())('losses of numbers on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(losses)('%s is its definition; padding may be NaN', async (_, loss, expected) => {
    await expectClose(loss(tensor(mu)), expected(), 1e-5);
    const filled = (x: tf.Tensor) => tf.where(tf.isNaN(tensor(mu)), tensor(mu), x as tf.Tensor3D);
    await checkGradients((x) => loss(filled(x!)), [tf.tensor3d(mu, [B, T, D])]);
  });

  it('pinball is its definition, and least at the quantile', async () => {
    const values = q.map((x, i) => (i < 3 * real.length ? x : Number.NaN));
    const loss = quantileLoss(tf.tensor4d(values, [B, T, D, 3]), tensor(y), mask(), quantiles);
    const pinball = (gap: number, level: number) => Math.max(level * gap, (level - 1) * gap);
    const each = (i: number) => quantiles.reduce((sum, level, k) => sum + pinball(y[i]! - q[3 * i + k]!, level), 0) / 3;
    await expectClose(loss, meanOf(each), 1e-5);
    const targets = tf.tensor3d(
      Array.from({ length: 101 }, (_, i) => i),
      [1, 101, 1],
    );
    const at = (x: number) => quantileLoss(tf.fill([1, 101, 1, 1], x), targets, tf.ones([1, 101]), [0.8]);
    const [below, best, above] = await tf.stack([at(78), at(80), at(82)]).data();
    expect(best! < below! && best! < above!).toBe(true);
  });

  it.each(fixture.regression)('$name is what PyTorch says', async ({ name, input, target, loss, gradient }) => {
    const [x, targets] = [input, target].map((values) => tf.tensor3d(values, [1, values.length, 1])) as [
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const ours = name === 'mse' ? maskedSquaredError : maskedHuber;
    const run = (moved: tf.Tensor) => ours(moved as tf.Tensor3D, targets, tf.ones([1, input.length]));
    await expectClose(run(x), loss, 1e-5);
    await expectClose(tf.grad(run)(x), gradient, 1e-5);
  });
});

it('nothing real is a loss of 0, and bad input has a name', async () => {
  const [x, nothing] = [tf.zeros<tf.Rank.R3>([2, 3, 2]), lengthMask([0, 0], 3)];
  await expectClose(maskedSquaredError(tensor(mu), tensor(y), nothing), 0, 0);
  expect(() => maskedAbsoluteError(x, tf.zeros([2, 3, 1]), nothing)).toThrow(ShapeError);
  expect(() => maskedHuber(x, x, nothing, { delta: 0 })).toThrow(OptionError);
  expect(() => quantileLoss(tf.zeros([2, 3, 2, 1]), x, nothing, [1.5])).toThrow(OptionError);
  expect(() => quantileLoss(tf.zeros([2, 3, 2, 2]), x, nothing, [0.5])).toThrow(ShapeError);
  expect(() => quantileLoss(tf.zeros([2, 3, 2, 0]), x, nothing, [])).toThrow(OptionError);
});

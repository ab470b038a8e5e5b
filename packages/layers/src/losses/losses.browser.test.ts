/** Every loss gives on the GPU backends what it gives on cpu, with its gradient, over padding that is NaN. Tolerance: 1e-4. */
import { type BackendName, lengthMask, Rng, sequence, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  AdaptiveSoftmax,
  ctcLosses,
  gaussianNLL,
  maskedAbsoluteError,
  maskedCrossEntropy,
  maskedHuber,
  maskedSquaredError,
  quantileLoss,
  SampledSoftmax,
} from '../index.js';

const [B, T, D] = [2, 5, 6];
const mask = () => lengthMask([T, 3], T);
const classes = () => tf.tensor2d([1, 5, 2, 0, 3, 4, 4, 1, -9, 99], [B, T], 'int32');
const series = () =>
  tf.tensor3d(
    Array.from({ length: B * T * D }, (_, i) => Math.cos(i * i)),
    [B, T, D],
  );
const labels = (rows: number[]) => ({ ids: tf.tensor2d(rows, [B, 3], 'int32'), mask: lengthMask([3, 1]) });

type Loss = (x: tf.Tensor3D) => tf.Tensor;
const losses: Record<string, Loss> = {
  CTC: (x) => ctcLosses(sequence(x, mask()), labels([1, 1, 2, 5, 0, 0])),
  'CTC of too many labels': (x) => ctcLosses(sequence(x, mask()), labels([1, 1, 1, 5, 0, 0]), { infeasible: 'zero' }),
  'smooth cross-entropy': (x) => maskedCrossEntropy(x, classes(), mask(), { labelSmoothing: 0.2 }),
  'weighted, focused cross-entropy': (x) =>
    maskedCrossEntropy(x, classes(), mask(), { labelSmoothing: 0.1, focal: 1.5, classWeights: [1, 2, 0, 3, 1, 0.5] }),
  squared: (x) => maskedSquaredError(x, series(), mask()),
  absolute: (x) => maskedAbsoluteError(x, series(), mask()),
  Huber: (x) => maskedHuber(x, series(), mask(), { delta: 0.5 }),
  Gaussian: (x) => gaussianNLL(x, series(), tf.neg(series()), mask()),
  quantiles: (x) => quantileLoss(tf.expandDims(x, 3) as tf.Tensor4D, series(), mask(), [0.3]),
  'adaptive softmax': (x) =>
    new AdaptiveSoftmax({ inputSize: D, vocabularySize: 6, cutoffs: [2, 4], divisor: 2, rng: new Rng(1) }).loss(
      sequence(x, mask()),
      classes(),
    ),
  'sampled softmax': (x) =>
    new SampledSoftmax({ inputSize: D, vocabularySize: 6, samples: 3, rng: new Rng(1) })
      .train()
      .loss(sequence(x, mask()), classes()),
};

async function on(backend: BackendName, loss: Loss): Promise<Float32Array[]> {
  await useBackend(backend);
  const values = Array.from({ length: B * T * D }, (_, i) => (i < 8 * D ? 2 * Math.sin(3 * i) : Number.NaN));
  const x = tf.tensor3d(values, [B, T, D]);
  const { value, grad } = tf.valueAndGrad((y: tf.Tensor) => tf.sum(loss(y as tf.Tensor3D)))(x);
  return Promise.all([value, grad].map((tensor) => tensor.data<'float32'>()));
}

describe.each(['webgl', 'webgpu'] as const)('losses on %s are the same as on cpu', (backend) => {
  it.each(Object.entries(losses))('%s', async (_, loss) => {
    const [expected, actual] = [await on('cpu', loss), await on(backend, loss)];
    await expectClose(actual[0]!, expected[0]!, 1e-4, 'loss');
    await expectClose(actual[1]!, expected[1]!, 1e-4, 'gradient');
  });

  it('what cannot be looked at without waiting is NaN', async () => {
    await useBackend(backend);
    const x = sequence(tf.zeros<tf.Rank.R3>([B, T, D]), mask());
    const found = await Promise.all(
      [
        [1, 2, 3, 7, 0, 0],
        [1, 2, 3, 0, 0, 0],
        [1, 1, 1, 2, 0, 0],
        [1, 2, 3, 4, 0, 0],
      ].map((rows) => ctcLosses(sequence(x.values, lengthMask([4, 3], T)), labels(rows)).data()),
    );
    expect(found.map((losses) => [...losses].map(Number.isNaN))).toEqual([
      [false, true],
      [false, true],
      [true, false],
      [false, false],
    ]);
  });
});

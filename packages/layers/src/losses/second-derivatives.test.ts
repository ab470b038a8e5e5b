/** The gradients of losses have gradients themselves, over padding too: for penalties on slopes and for curvature. */
import { lengthMask, useBackend } from '@seqloom/core';
import { checkGradients } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, it } from 'vitest';
import { gaussianNLL, maskedCrossEntropy, maskedHuber, maskedSquaredError } from '../index.js';

beforeAll(async () => void (await useBackend('cpu')));

const [B, T, V] = [2, 3, 4];
const numbers = (size: number) => Array.from({ length: size }, (_, i) => Math.sin(3 * i * i + 1));
const [mask, targets] = [() => lengthMask([3, 1]), () => tf.tensor2d([0, 1, 2, 3, 0, 0], [B, T], 'int32')];
const truth = () => tf.tensor3d(numbers(B * T * V).reverse(), [B, T, V]);

const losses: Record<string, (x: tf.Tensor3D) => tf.Scalar> = {
  focal: (x) => maskedCrossEntropy(x, targets(), mask(), { focal: 2 }),
  'class weights and smooth labels': (x) =>
    maskedCrossEntropy(x, targets(), mask(), { classWeights: [1, 2, 0.5, 3], labelSmoothing: 0.2 }),
  'smooth labels': (x) => maskedCrossEntropy(x, targets(), mask(), { labelSmoothing: 0.2 }),
  'Gaussian, of the mean': (x) => gaussianNLL(x, tf.mul(truth(), 0.5), truth(), mask()),
  'Gaussian, of the log-variance': (x) => gaussianNLL(truth(), x, tf.neg(truth()), mask()),
  squares: (x) => maskedSquaredError(x, truth(), mask()),
  Huber: (x) => maskedHuber(x, truth(), mask()),
};

it.each(Object.entries(losses))('%s', async (_, loss) => {
  const slope = (x: tf.Tensor) => tf.sum(tf.square(tf.grad((y: tf.Tensor) => loss(y as tf.Tensor3D))(x))) as tf.Scalar;
  await checkGradients((x) => slope(x!), [tf.tensor3d(numbers(B * T * V), [B, T, V])]);
});

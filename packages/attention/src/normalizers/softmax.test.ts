import { useBackend } from '@seqloom/core';
import { checkGradients, expectClose, verifyNormalizer, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { softmax } from '../index.js';
import { lawBackends } from '../law-backends.js';
import { maskedSoftmax } from './softmax.js';

/** [1,3,5]: a full row, one with holes, one without an allowed key. */
const energies = () => tf.tensor3d([0.1, -1, 2, 0.5, 0.3, 1, -0.7, 0.2, -2, 0.4, 1, 2, 3, 4, 5], [1, 3, 5]);
const mask = () => tf.tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0], [1, 3, 5], 'bool');
const cases = () => [
  { name: 'ragged', inputs: { energies: energies(), mask: mask() }, attributes: {} },
  {
    name: 'one key',
    inputs: { energies: tf.ones([2, 1, 1]), mask: tf.tensor3d([1, 0], [2, 1, 1], 'bool') },
    attributes: {},
  },
  {
    name: 'a mask for all queries',
    inputs: { energies: energies(), mask: tf.slice(mask(), [0, 1], [1, 1]) },
    attributes: {},
  },
];

describe.each(lawBackends)('softmax on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws of normalisers', () => verifyNormalizer(softmax));

  it('keeps the laws of ops', () => verifyOp(maskedSoftmax, cases()));

  it('gives distributions', () => expectClose(tf.sum(softmax(energies(), mask()), -1), [[1, 1, 0]], 1e-6));

  it('takes −∞ for a masked key, also where every allowed key has it', async () => {
    const x = tf.tensor3d([-Infinity, 0, 0, -Infinity, 0, 1, -Infinity, -Infinity, -Infinity, -Infinity], [1, 2, 5]);
    const allowed = tf.tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 1, 1], [1, 2, 5], 'bool');
    const third = 1 / 3;
    await expectClose(softmax(x, allowed), [0, third, third, 0, third, 0, 0, 0, 0, 0], 1e-6);
  });

  it('chooses between energies of ±1e4', async () => {
    const x = tf.tensor3d([1e4, -1e4, 1e4, 0, 1e4, -1e4, -1e4, -1e4, -1e4, -1e4], [1, 2, 5]);
    const third = 1 / 3;
    await expectClose(
      softmax(x, tf.ones([1, 2, 5], 'bool')),
      [third, 0, third, 0, third, 0.2, 0.2, 0.2, 0.2, 0.2],
      1e-6,
    );
  });

  it('can be differentiated twice', async () => {
    const weight = tf.tensor1d([1, -2, 0.5, 3, 1]);
    const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(softmax(x as tf.Tensor3D, mask()), weight)));
    await checkGradients((x) => tf.sum(tf.square(slope(x!))), [energies()]);
  });
});

it('shows NaN in the energies of real keys', async () => {
  await useBackend('cpu');
  const energies = tf.tensor3d([1, Number.NaN, 0, 0, 0], [1, 1, 5]);
  const weights = await softmax(energies, tf.ones([1, 1, 5], 'bool')).data();
  expect(weights.some(Number.isNaN)).toBe(true);
});

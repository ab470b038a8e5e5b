import { useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyNormalizer, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { softmax } from '../index.js';
import { maskedSoftmax } from './softmax.js';

/** [1,3,5]: a full row, one with holes, one without an allowed key. */
const energies = () => tf.tensor3d([0.1, -1, 2, 0.5, 0.3, 1, -0.7, 0.2, -2, 0.4, 1, 2, 3, 4, 5], [1, 3, 5]);
const mask = () => tf.tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0], [1, 3, 5], 'bool');
const cases = () => [{ name: 'ragged', inputs: { energies: energies(), mask: mask() }, attributes: {} }];

describe.each(backendsHere())('softmax on %s', (backend) => {
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
});

it('lets a fused kernel take over, with its registered gradient', async () => {
  await useBackend('cpu');
  const expected = Array.from(await maskedSoftmax.composed({ energies: energies(), mask: mask() }, {})[0]!.data());
  tf.registerKernel({
    kernelName: maskedSoftmax.opName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend }) =>
      (
        backend as never as { makeTensorInfo(shape: number[], type: string, values: Float32Array): tf.TensorInfo }
      ).makeTensorInfo(inputs.energies!.shape, 'float32', Float32Array.from(expected)),
  });
  try {
    expect(maskedSoftmax.fused()).toBe(true);
    await verifyOp(
      maskedSoftmax,
      cases().map((each) => ({ ...each, gradientCheck: false as const })),
    );
  } finally {
    tf.unregisterKernel(maskedSoftmax.opName, 'cpu');
  }
});

import { useBackend } from '@seqloom/core';
import { backendsHere, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { affine } from './affine.js';

describe.each(backendsHere())('affine on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws of ops', () =>
    verifyOp(
      affine,
      (
        [
          [1, 1, 1],
          [5, 7, 3],
          [9, 4, 8],
          [6, 5, 4, 'x is data'],
        ] as [number, number, number, string?][]
      ).map(([N, D, U, data]) => ({
        name: `[${N},${D}] · [${D},${U}]`,
        ...(data && { differentiable: ['weight', 'bias'] as const }),
        inputs: {
          x: tf.randomNormal([N, D], 0, 1, 'float32', 1),
          weight: tf.randomNormal([D, U], 0, 1, 'float32', 2),
          bias: tf.randomNormal([U], 0, 1, 'float32', 3),
        },
        attributes: {},
      })),
    ));

  it.each(['int32', 'bool'] as const)('reads one-hot rows of %s as numbers', (dtype) => {
    const rows = tf.cast(tf.oneHot(tf.tensor1d([2, 0, 3], 'int32'), 4), dtype);
    const [weight, bias] = [tf.randomNormal([4, 2], 0, 1, 'float32', 2), tf.ones([2])];
    return verifyOp(affine, [{ name: dtype, inputs: { x: rows, weight, bias }, attributes: {} }]);
  });
});

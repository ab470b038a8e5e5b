import { useBackend } from '@seqloom/core';
import { checkGradients, expectClose, verifyNormalizer, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPeer, peerCases } from '../__fixtures__/peer-scorers.js';
import { DotScore, entmax, entmax15, softmax, sparsemax } from '../index.js';
import { lawBackends } from '../law-backends.js';
import { maskedEntmax } from './entmax.js';

/** [1,3,5]: a full row, one with holes, one without an allowed key. */
const energies = () => tf.tensor3d([0.1, -1, 2, 0.5, 0.3, 1, -0.7, 0.2, -2, 0.4, 1, 2, 3, 4, 5], [1, 3, 5]);
const mask = () => tf.tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0], [1, 3, 5], 'bool');
const family = { sparsemax, entmax15, 'entmax 1.2': entmax(1.2), 'entmax 3': entmax(3) };

describe.each(lawBackends)('entmax on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(family))('%s keeps the laws of normalisers', (_, normalize) => verifyNormalizer(normalize));

  it.each([2, 1.5, 1.2])('α = %s keeps the laws of ops', (alpha) =>
    verifyOp(maskedEntmax, [
      { name: 'ragged', inputs: { energies: energies(), mask: mask() }, attributes: { alpha } },
      {
        name: 'shared mask',
        inputs: { energies: energies(), mask: tf.slice(mask(), [0, 1], [1, 1]) },
        attributes: { alpha },
      },
    ]),
  );

  it.each([...peerCases('dot', 'sparsemax')])('sparsemax equals the peer, %s', (_, peer) =>
    expectPeer(peer, new DotScore(), {}, sparsemax),
  );
  it.each([...peerCases('dot', 'entmax15')])('entmax-1.5 equals the peer, %s', (_, peer) =>
    expectPeer(peer, new DotScore(), {}, entmax15),
  );

  it('bisection finds the exact ones, and near 1 it is softmax', async () => {
    await expectClose(entmax(2)(energies(), mask()), sparsemax(energies(), mask()), 1e-6);
    await expectClose(entmax(2.0001)(energies(), mask()), sparsemax(energies(), mask()), 1e-3);
    await expectClose(entmax(1.5001)(energies(), mask()), entmax15(energies(), mask()), 1e-3);
    await expectClose(entmax(1.001)(energies(), mask()), softmax(energies(), mask()), 2e-3);
  });

  it.each(Object.entries(family))('%s gives distributions, with zeros behind the best', async (name, normalize) => {
    const weights = normalize(tf.mul<tf.Tensor3D>(energies(), 3), mask());
    await expectClose(tf.sum(weights, -1), [[1, 1, 0]], 1e-5);
    if (name !== 'entmax 1.2') expect((await weights.data())[1]).toBe(0);
  });

  it('can be differentiated twice', async () => {
    const weight = tf.tensor1d([1, -2, 0.5, 3, 1]);
    const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(entmax15(x as tf.Tensor3D, mask()), weight)));
    await checkGradients((x) => tf.sum(tf.square(slope(x!))), [energies()]);
  });
});

it('says which α it cannot', () => {
  expect(() => entmax(1)).toThrow('entmax: `alpha`');
});

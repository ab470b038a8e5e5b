import { Rng, useBackend } from '@seqloom/core';
import { verifyAttends, verifyOp, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPeer, peerCases } from '../__fixtures__/peer-scorers.js';
import { AdditiveScore, Attention } from '../index.js';
import { lawBackends } from '../law-backends.js';
import { additiveScore } from './additive.js';

const sizes = { querySize: 3, keySize: 5 };
const make = () => new AdditiveScore({ ...sizes, size: 7, bias: true, rng: new Rng(1) });

describe.each(lawBackends)('AdditiveScore on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws of scorers', () => verifyScorer(make, sizes));

  it('is attended to', () => verifyAttends(() => new Attention({ scorer: make() }), { ...sizes, valueSize: 2 }));

  it.each(peerCases('additive'))('equals the peer, %s', (_, peer) => {
    const scorer = new AdditiveScore({ querySize: 3, keySize: 4, size: 6, bias: true });
    const { query, key, bias, energy } = scorer;
    return expectPeer(peer, scorer, { W_a: query, U_a: key, b: bias!, v: energy });
  });

  it('keeps the laws of ops', () => {
    const rng = new Rng(2);
    const random = (shape: number[]) =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
        shape,
      );
    const inputs = (B: number, Q: number, K: number, U: number) => ({
      query: random([B, Q, U]),
      keys: random([B, K, U]),
      energy: random([U]),
    });
    return verifyOp(additiveScore, [
      { name: 'one query', inputs: inputs(2, 1, 5, 7), attributes: {} },
      { name: 'several queries', inputs: inputs(3, 2, 5, 3), attributes: {} },
    ]);
  });
});

it('has no bias unless told', () => {
  expect([...new AdditiveScore({ ...sizes, size: 2 }).namedVariables()].map(([path]) => path)).toEqual([
    'query',
    'key',
    'energy',
  ]);
});

it('says which argument is wrong', () => {
  const scorer = make();
  expect(() => scorer.prepare(tf.zeros([2, 4, 3]))).toThrow(
    'AdditiveScore.prepare: `keys` must have shape [B=2, K=4, 5], got [2,4,3]',
  );
  expect(() => scorer.score(tf.zeros([2, 1, 4]), scorer.prepare(tf.zeros([2, 4, 5])))).toThrow(
    '`query` must have shape [B=2, Q=1, 3]',
  );
  expect(() => new AdditiveScore({ ...sizes, size: 0 })).toThrow('`size` must be a whole number of at least 1, got 0');
});

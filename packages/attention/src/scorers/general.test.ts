import { Rng, useBackend } from '@seqloom/core';
import { backendsHere, verifyAttends, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPeer, peerCases } from '../__fixtures__/peer-scorers.js';
import { Attention, GeneralScore } from '../index.js';

const sizes = { querySize: 3, keySize: 5 };
const make = () => new GeneralScore({ ...sizes, rng: new Rng(1) });

describe.each(backendsHere())('GeneralScore on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws of scorers', () => verifyScorer(make, sizes));

  it('is attended to', () => verifyAttends(() => new Attention({ scorer: make() }), { ...sizes, valueSize: 2 }));

  it.each(peerCases('general'))('equals the peer, %s', (_, peer) => {
    const scorer = new GeneralScore({ querySize: 3, keySize: 4 });
    return expectPeer(peer, scorer, { W: scorer.weight });
  });
});

it('says which argument is wrong', () => {
  expect(() => make().prepare(tf.zeros([2, 4, 3]))).toThrow(
    'GeneralScore.prepare: `keys` must have shape [B=2, K=4, 5], got [2,4,3]',
  );
});

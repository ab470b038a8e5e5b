import { useBackend } from '@seqloom/core';
import { verifyAttends, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPeer, peerCases } from '../__fixtures__/peer-scorers.js';
import { Attention, DotScore } from '../index.js';
import { lawBackends } from '../law-backends.js';

const sizes = { querySize: 3, keySize: 3 };
const make = () => new DotScore();

describe.each(lawBackends)('DotScore on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws of scorers', () => verifyScorer(make, sizes));

  it('is attended to', () => verifyAttends(() => new Attention({ scorer: make() }), { ...sizes, valueSize: 2 }));

  it.each(peerCases('dot'))('equals the peer, %s', (_, peer) => expectPeer(peer, make()));
});

it('says which argument is wrong', () => {
  expect(() => make().score(tf.zeros([2, 1, 3]), tf.zeros([2, 4, 5]))).toThrow(
    'DotScore.score: `keys` must have shape [B=2, K=4, D=3], got [2,4,5]\n  hint: D=3 was set by `query`',
  );
});

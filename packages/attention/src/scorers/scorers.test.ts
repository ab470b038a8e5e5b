/** Every scorer that compares queries with keys and nothing else: the laws, the peers' numbers, or the formula written out. */
import { Module, normal, parameter, Rng, type Scorer, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPeer, peerCases } from '../__fixtures__/peer-scorers.js';
import {
  Attention,
  ConcatScore,
  CosineScore,
  DeepScore,
  GaussianDistanceScore,
  LearnedQueryScore,
  LocationScore,
  NormedAdditiveScore,
  scorer,
  TrilinearScore,
} from '../index.js';
import { lawBackends } from '../law-backends.js';

class Network extends Module {
  readonly first = parameter<tf.Rank.R2>([7, 4], normal(0.5), new Rng(1));
  readonly second = parameter<tf.Rank.R2>([4, 1], normal(0.5), new Rng(2));
  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(tf.tanh(tf.matMul(x, this.first as tf.Tensor2D)), this.second as tf.Tensor2D);
  }
}

interface Entry {
  make: () => Scorer<unknown>;
  querySize: number;
  keySize: number;
  /** Places mean something: permuted keys do not give permuted energies. */
  ordered?: boolean;
}

const rng = () => new Rng(1);
const [querySize, keySize, size] = [3, 4, 6];
const square = { querySize: 4, keySize: 4 };
const entries: Record<string, Entry> = {
  NormedAdditiveScore: {
    make: () => new NormedAdditiveScore({ querySize, keySize, size, rng: rng() }),
    querySize,
    keySize,
  },
  ConcatScore: { make: () => new ConcatScore({ querySize, keySize, size, rng: rng() }), querySize, keySize },
  CosineScore: { make: () => new CosineScore({ sharpness: 2 }), ...square },
  GaussianDistanceScore: { make: () => new GaussianDistanceScore({ deviation: 1.5 }), ...square },
  TrilinearScore: { make: () => new TrilinearScore({ size: 4, rng: rng() }), ...square },
  DeepScore: { make: () => new DeepScore({ network: new Network() }), querySize, keySize },
  LearnedQueryScore: { make: () => new LearnedQueryScore({ keySize, size, rng: rng() }), querySize, keySize },
  LocationScore: {
    make: () => new LocationScore({ querySize, maxKeys: 9, rng: rng() }),
    querySize,
    keySize,
    ordered: true,
  },
  scorer: { make: () => scorer((query, keys) => tf.matMul(query, tf.tanh(keys), false, true)), ...square },
};

describe.each(lawBackends)('scorers on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(entries))('%s keeps the laws of scorers', (_, { make, ...sizes }) =>
    verifyScorer(make, sizes),
  );

  it.each(Object.entries(entries))('%s is attended to', (_, { make, ordered = false, ...sizes }) =>
    verifyAttends(() => new Attention({ scorer: make() }), { ...sizes, valueSize: 2 }, { ordered }),
  );

  it.each(Object.entries(entries))('%s stays finite with keys and queries of ±1e4', async (_, entry) => {
    const big = (length: number) => tf.mul<tf.Tensor3D>(tf.randomNormal([2, 3, length], 0, 1, 'float32', 1), 1e4);
    const made = entry.make();
    const energies = made.score(big(entry.querySize), made.prepare(big(entry.keySize)));
    expect((await energies.data()).every(Number.isFinite)).toBe(true);
  });

  it.each(peerCases('bahdanauNormed'))('NormedAdditiveScore equals the peer, %s', (_, peer) => {
    const made = new NormedAdditiveScore({ querySize, keySize, size });
    const { query, key, bias, energy, gain } = made;
    return expectPeer(peer, made, { W_a: query, U_a: key, b: bias, v: energy, g: gain });
  });

  it.each(peerCases('concat'))('ConcatScore equals the peer, %s', (_, peer) => {
    const made = new ConcatScore({ querySize, keySize, size });
    return expectPeer(peer, made, { W: made.weight, v: made.energy });
  });

  it.each(peerCases('cosine'))('CosineScore equals the peer, %s', (_, peer) => {
    const made = new CosineScore();
    return expectPeer(peer, made, { beta: made.sharpness });
  });

  it.each(peerCases('gaussianDistance'))('GaussianDistanceScore equals the peer, %s', (_, peer) =>
    expectPeer(peer, new GaussianDistanceScore()),
  );

  it('the others are their formulas', async () => {
    const [query, keys] = [4, 4].map((length, i) =>
      tf.randomNormal<tf.Rank.R3>([1, 2, length], 0, 1, 'float32', i + 1),
    );
    const [q, k] = [await query!.array(), await keys!.array()].map(([rows]) => rows!) as [number[][], number[][]];
    const literal = (energy: (query: number[], key: number[]) => number) => [q.map((a) => k.map((b) => energy(a, b)))];
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

    const trilinear = new TrilinearScore({ size: 4, rng: rng() });
    const [forQuery, forKey, forBoth] = await trilinear.weight.array();
    const bidaf = literal(
      (a, b) =>
        dot(forQuery!, a) +
        dot(forKey!, b) +
        dot(
          forBoth!,
          a.map((x, i) => x * b[i]!),
        ),
    );
    await expectClose(trilinear.score(query!, trilinear.prepare(keys!)), bidaf, 1e-5);

    const pooling = new LearnedQueryScore({ keySize: 4, size: 2, rng: rng() });
    const [W, v] = [await pooling.key.array(), await pooling.energy.array()];
    const hidden = (b: number[]) => [0, 1].map((u) => Math.tanh(b.reduce((sum, x, i) => sum + x * W[i]![u]!, 0)));
    await expectClose(
      pooling.score(query!, pooling.prepare(keys!)),
      literal((_, b) => dot(hidden(b), v.flat())),
      1e-5,
    );

    const location = new LocationScore({ querySize: 4, maxKeys: 5, rng: rng() });
    const places = await location.weight.array();
    const energies = [
      q.map((a) =>
        k.map((_, place) =>
          dot(
            a,
            places.map((row) => row[place]!),
          ),
        ),
      ),
    ];
    await expectClose(location.score(query!, location.prepare(keys!)), energies, 1e-5);
  });
});

it('says what cannot be', () => {
  const location = new LocationScore({ querySize: 2, maxKeys: 3 });
  expect(() => location.prepare(tf.ones([1, 4, 2]))).toThrow('4 keys, but the score has places for 3');
  expect(() => scorer(() => tf.ones([1, 1, 1])).score(tf.ones([1, 2, 3]), tf.ones([1, 4, 3]))).toThrow('`energies`');
  expect(() => new DeepScore({ network: {} as never })).toThrow('`network` must have forward');
  const wrong = new DeepScore({ network: { forward: (x) => x } });
  expect(() => wrong.score(tf.ones([1, 2, 3]), tf.ones([1, 4, 3]))).toThrow('must make [8,1] of 8 pairs');
});

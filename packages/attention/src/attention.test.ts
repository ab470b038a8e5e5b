import { type Alignment, OptionError, Rng, ShapeError, sequence, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { AdditiveScore, Attention, DotScore, ScaledDotScore } from './index.js';
import { lawBackends } from './law-backends.js';

const make = () => new Attention({ scorer: new ScaledDotScore() });

describe.each(lawBackends)('Attention on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws', () => verifyAttends(make, { querySize: 3, keySize: 3, valueSize: 7 }));

  it('owns its scorer', () =>
    verifyModule(() => new Attention({ scorer: new AdditiveScore({ querySize: 2, keySize: 3, size: 5 }) })));

  it('reads the keys themselves unless values are given', async () => {
    const keys = sequence(
      tf.tensor3d([
        [
          [1, 0],
          [0, 1],
        ],
      ]),
    );
    const { context, weights } = make().attend(tf.tensor3d([[[20, 0]]]), make().remember(keys));
    await expectClose(weights, [[[1, 0]]], 1e-5);
    await expectClose(context, [[[1, 0]]], 1e-5);
  });

  it('hands scorer and normaliser the step before, with what the scorer made of it', async () => {
    const seen: (Alignment | undefined)[] = [];
    const dot = new DotScore();
    const scorer = {
      prepare: dot.prepare,
      score: (query: tf.Tensor3D, keys: tf.Tensor3D, previous?: Alignment) => {
        seen.push(previous);
        return dot.score(query, keys);
      },
      remember: (weights: tf.Tensor3D, _query: tf.Tensor3D, _keys: tf.Tensor3D, previous?: Alignment) =>
        previous?.state ? tf.add<tf.Tensor3D>(previous.state, weights) : weights,
    };
    const attention = new Attention({
      scorer,
      normalize: (_, __, previous) => {
        seen.push(previous);
        return tf.ones([1, 1, 2]);
      },
    });
    const memory = attention.remember(sequence(tf.ones([1, 2, 3])));
    const first = attention.attend(tf.ones([1, 1, 3]), memory);
    const second = attention.attend(tf.ones([1, 1, 3]), memory, { previous: first });
    expect(seen).toEqual([undefined, undefined, first, first]);
    await expectClose(second.state!, [[[2, 2]]], 0);
  });
});

it('says which argument is wrong', () => {
  const attention = make();
  const memory = attention.remember(sequence(tf.ones([2, 4, 3])));
  const attend =
    (query: number[], options = {}) =>
    () =>
      attention.attend(tf.ones(query as [number, number, number]), memory, options);
  expect(attend([3, 1, 3])).toThrow('`memory.values` must have shape [B=3, K, V], got [2,4,3]');
  expect(attend([2, 3] as never)).toThrow('`query` must have shape [B, Q, D], got [2,3]');
  expect(attend([2, 5, 3], { mask: tf.ones([4, 4]) })).toThrow('`options.mask` must have shape [Q=5, K=4], got [4,4]');
  expect(attend([2, 5, 3], { previous: { weights: tf.ones([2, 1, 4]) } })).toThrow(
    '`options.previous.weights` must have shape [B=2, Q=5, K=4]',
  );
  expect(attend([2, 5, 4])).toThrow(ShapeError);
  expect(() => attention.remember(sequence(tf.zeros([0, 4, 3])))).toThrow('`keys` are empty');
  expect(() => attention.remember(sequence(tf.zeros([2, 0, 3])))).toThrow('`keys` are empty');
  expect(() => attention.remember(sequence(tf.ones([2, 4, 3])), sequence(tf.ones([2, 5, 3])))).toThrow(
    '`values.values` must have shape [B=2, K=4, V], got [2,5,3]',
  );
  expect(() => new Attention({ scorer: {} as never })).toThrow(OptionError);
  expect(() => new Attention({ scorer: new DotScore(), masks: 1 } as never)).toThrow('unknown option `masks`');
});

it('same seed, same weights', async () => {
  const build = () => new AdditiveScore({ querySize: 2, keySize: 3, size: 5, rng: new Rng(9) });
  await expectClose(build().query, build().query, 0);
});

import { type Alignment, Rng, sequence, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectTorch, torchCases } from './__fixtures__/torch-multihead.js';
import { AdditiveScore, Attention, MultiHead, ScaledDotScore } from './index.js';
import { lawBackends } from './law-backends.js';

const scaledDot = () => new Attention({ scorer: new ScaledDotScore() });
const additive = () =>
  new Attention({ scorer: new AdditiveScore({ querySize: 3, keySize: 3, size: 5, rng: new Rng(2) }) });
const sizes = { querySize: 5, keySize: 3, valueSize: 2 };

describe.each(lawBackends)('MultiHead on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws over scaled dot products, with sizes of its own for query, key and value', () =>
    verifyAttends(() => new MultiHead({ inner: scaledDot(), heads: 3, size: 9, ...sizes, rng: new Rng(1) }), sizes));

  it('keeps the laws over additive attention, without biases', () =>
    verifyAttends(
      () => new MultiHead({ inner: additive(), heads: 2, size: 6, ...sizes, bias: false, rng: new Rng(1) }),
      sizes,
    ));

  it.each(torchCases)('equals PyTorch: %s', (_, torch) => expectTorch(torch));

  it('hands each head its own previous weights, row b·H + h', async () => {
    const seen: tf.Tensor[] = [];
    const scaled = new ScaledDotScore();
    const scorer = {
      prepare: (keys: tf.Tensor3D) => scaled.prepare(keys),
      score: (query: tf.Tensor3D, keys: tf.Tensor3D, previous?: Alignment) => {
        if (previous) seen.push(previous.weights);
        return scaled.score(query, keys);
      },
    };
    const multiHead = new MultiHead({ inner: new Attention({ scorer }), heads: 2, size: 4 });
    const memory = multiHead.remember(sequence(tf.randomNormal([3, 5, 4])));
    const { weights } = multiHead.attend(tf.ones([3, 1, 4]), memory);
    multiHead.attend(tf.ones([3, 1, 4]), memory, { previous: { weights } });
    expect(weights.shape).toEqual([6, 1, 5]);
    expect(seen).toEqual([weights]);
    await expectClose(
      tf.slice(multiHead.perHead(weights), [1, 1], [1, 1]),
      tf.reshape(tf.slice(weights, 3, 1), [1, 1, 1, 5]),
      0,
    );
  });
});

it('says what cannot be', () => {
  expect(() => new MultiHead({ inner: new ScaledDotScore() as never, heads: 2, size: 4 })).toThrow(
    '`inner` must have remember and attend',
  );
  const multiHead = new MultiHead({ inner: scaledDot(), heads: 2, size: 4 });
  expect(() => new MultiHead({ inner: scaledDot(), heads: 3, size: 4 })).toThrow(
    '`size` 4 is not a multiple of `heads` 3',
  );
  expect(() => multiHead.remember(sequence(tf.ones([2, 5, 3])))).toThrow(
    '`keys.values` must have shape [B=2, K=5, 4], got [2,5,3]',
  );
  const memory = multiHead.remember(sequence(tf.ones([2, 5, 4])));
  expect(() => multiHead.attend(tf.ones([2, 1, 3]), memory)).toThrow(
    'MultiHead.attend: `query` must have shape [B=2, Q=1, 4]',
  );
  expect(() => multiHead.attend(tf.ones([2, 1, 4]), memory, { mask: tf.ones([1, 4]) })).toThrow(
    '`options.mask` must have shape [Q=1, K=5]',
  );
});

import { type Attends, lengthMask, Rng, sequence, useBackend } from '@seqloom/core';
import { checkGradients, expectClose, verifyAttends, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectTorch, torchCases } from '../__fixtures__/torch-multihead.js';
import { Attention } from '../attention.js';
import { lawBackends } from '../law-backends.js';
import { allOf, causalMask, keyMask, windowMask } from '../masks.js';
import { MultiHead } from '../multi-head.js';
import { DotScore } from '../scorers/dot.js';
import { ScaledDotScore } from '../scorers/scaled-dot.js';
import onnx from './__fixtures__/onnx-attention.json' with { type: 'json' };
import { ChunkedAttention, type ChunkedAttentionOptions, chunkedAttention } from './chunked-attention.js';

const random = (seed: number, ...shape: number[]) => tf.randomNormal<tf.Rank.R3>(shape as never, 0, 1, 'float32', seed);
const bits = (seed: number, ...shape: number[]) => tf.less(tf.randomUniform(shape, 0, 1, 'float32', seed), 0.7);

/** The kernels' context, with all weights: as the laws want it. */
function showing(options: ChunkedAttentionOptions): Attends<tf.Tensor3D> {
  const chunked = new ChunkedAttention({ ...options, weightsUpTo: 0 });
  return {
    remember: (keys, values) => chunked.remember(keys, values),
    attend: (query, memory, options) => ({
      context: chunked.attend(query, memory, options).context,
      weights: chunked.weights(query, memory, undefined, { mask: options?.mask }),
    }),
  };
}

const sizes = { querySize: 3, keySize: 3, valueSize: 7 };

/** Patterns, beside the mask [Q,K] that says the same. */
const patterns = [
  ['everything', {}, (Q: number, K: number) => tf.ones([Q, K], 'bool')],
  ['causal', { causal: true }, causalMask],
  ['a window', { window: 9 }, (Q: number, K: number) => windowMask(Q, K, 9, 8)],
  ['a causal window', { causal: true, window: 70 }, (Q: number, K: number) => windowMask(Q, K, 70)],
] as const;

const lengths = [
  [3, 5],
  [1, 1],
  [1, 200],
  [131, 131],
  [67, 150],
] as const;

describe.each(lawBackends)('ChunkedAttention on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws', async () => {
    await verifyAttends(() => showing({}), sizes);
    await verifyAttends(() => showing({ scale: 0.7, causal: true, window: 2 }), sizes, { ordered: true });
    await verifyAttends(() => new ChunkedAttention(), sizes);
  });

  it.each(patterns)('fused = composed = finite differences: %s', (_, options) =>
    verifyOp(chunkedAttention, cases(options)),
  );

  it.each(onnx.cases.map((each) => [each.name, each] as const))('equals ONNX: %s', async (_, { options, ...onnx }) => {
    const read = ({ shape, data }: { shape: number[]; data: number[] }) => tf.tensor<tf.Rank.R3>(data, shape as never);
    const { query, keys, values, mask, context } = onnx;
    const attention = showing(options as ChunkedAttentionOptions);
    const memory = attention.remember(sequence(read(keys)), sequence(read(values)));
    const given = mask ? { mask: tf.cast(read(mask), 'bool') } : {};
    const attended = attention.attend(read(query), memory, given);
    await expectClose(attended.context, read(context), 2e-6);
    await expectClose(tf.matMul(attended.weights, memory.values), read(context), 2e-6);
  });

  it.each(torchCases)('equals PyTorch inside of MultiHead: %s', (_, torch) => expectTorch(torch, showing({})));

  it('trains a block as plain attention does', async () => {
    const options = { heads: 2, size: 8 };
    const inner = new Attention({ scorer: new ScaledDotScore() });
    const plain = new MultiHead({ ...options, inner, rng: new Rng(3) });
    const chunked = new MultiHead({ ...options, inner: showing({ causal: true }), rng: new Rng(3) });
    const x = random(1, 2, 40, 8);
    const block =
      <Keys>(attention: Attends<Keys>, mask?: tf.Tensor) =>
      (x: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, -1, true);
        const normed = tf.div<tf.Tensor3D>(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
        const memory = attention.remember(sequence(normed, lengthMask([40, 33])));
        return tf.sum(tf.square(tf.add(x, attention.attend(normed, memory, { mask }).context)));
      };
    const expected = tf.valueAndGrad(block(plain, causalMask(40)))(x);
    const actual = tf.valueAndGrad(block(chunked))(x);
    await expectClose(actual.value, expected.value, 1e-5);
    await expectClose(actual.grad, expected.grad, 1e-5);
  });

  describe.each(patterns)('%s', (_, options, maskOf) => {
    it.each(lengths)('= plain attention for %i queries and %i keys', async (Q, K) => {
      const [query, keys, values] = [random(1, 2, Q, 5), random(2, 2, K, 5), random(3, 2, K, 6)];
      const mask = bits(4, 2, K) as tf.Tensor2D;
      const dense = bits(5, Q, K);
      const chunked = new ChunkedAttention({ ...options, weightsUpTo: 0 });
      const plain = new Attention({ scorer: new ScaledDotScore() });
      const slopes = (attention: Attends<tf.Tensor3D>, seen: tf.Tensor) => {
        const f = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) =>
          attention.attend(q, attention.remember(sequence(k, mask), sequence(v, mask)), { mask: seen }).context;
        const { value, grads } = tf.valueAndGrads((...xs) => f(...(xs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D])))(
          [query, keys, values],
          random(6, 2, Q, 6),
        );
        return [value, ...grads];
      };
      const expected = slopes(plain, allOf(dense, maskOf(Q, K)));
      for (const [i, actual] of slopes(chunked, dense).entries()) await expectClose(actual, expected[i]!, 1e-5);
    });
  });

  it('shows the weights of chosen queries', async () => {
    const [query, keys] = [random(1, 2, 9, 4), random(2, 2, 11, 4)];
    const chunked = new ChunkedAttention({ causal: true, weightsUpTo: 0 });
    const plain = new Attention({ scorer: new ScaledDotScore() });
    const memory = chunked.remember(sequence(keys));
    const mask = causalMask(9, 11);
    const { weights, context } = plain.attend(query, plain.remember(sequence(keys)), { mask });
    await expectClose(chunked.weights(query, memory, [7, 0]), tf.gather(weights, [7, 0], 1), 1e-5);
    const attended = chunked.attend(query, memory, { mask: bits(3, 2, 9, 11) });
    expect(attended.weights.shape).toEqual([2, 9, 0]);
    const small = new ChunkedAttention({ causal: true, weightsUpTo: 99 }).attend(query, memory);
    await expectClose(small.weights, weights, 1e-5);
    await expectClose(small.context, context, 1e-5);
  });

  it('shows the weights of chosen queries through heads', async () => {
    const options = { heads: 2, size: 8 };
    const inner = new ChunkedAttention({ causal: true, weightsUpTo: 0 });
    const [x, y] = [random(1, 2, 9, 8), sequence(random(2, 2, 11, 8))];
    const mask = bits(3, 2, 9, 11);
    const chunked = new MultiHead({ ...options, inner, rng: new Rng(3) });
    const plain = new MultiHead({
      ...options,
      inner: new Attention({ scorer: new ScaledDotScore() }),
      rng: new Rng(3),
    });
    const memory = plain.remember(y);
    const { weights } = plain.attend(x, memory, { mask: allOf(mask, causalMask(9, 11)) });
    const actual = chunked.weights(x, chunked.remember(y), [8, 0], { mask });
    await expectClose(actual, tf.gather(weights, [8, 0], 1), 1e-5);
    await expectClose(plain.weights(x, memory, [2]), tf.slice(plain.attend(x, memory).weights, [0, 2], [4, 1]), 0);
  });

  it.each(patterns)('heads with biases give 0 to queries that see nothing: %s', async (_, options, maskOf) => {
    const inner = new ChunkedAttention({ ...options, weightsUpTo: 0 });
    const heads = new MultiHead({ inner, heads: 2, size: 4, rng: new Rng(3) });
    heads.output.bias!.assign(tf.ones([4]));
    const x = random(1, 2, 24, 4);
    const mask = tf.concat([tf.cast(lengthMask([0, 2], 20), 'int32'), tf.ones([2, 4], 'int32')], 1);
    for (const more of [undefined, bits(4, 24, 24), bits(5, 2, 24, 24)]) {
      const memory = heads.remember({ values: x, mask: tf.cast(mask, 'bool') as tf.Tensor2D });
      const { context } = heads.attend(x, memory, { mask: more });
      const seen = tf.any(allOf(keyMask(memory.mask), maskOf(24, 24), ...(more ? [more] : [])), -1);
      const zero = tf.all(tf.equal(context, 0), -1);
      await expectClose(zero, tf.logicalNot(tf.broadcastTo(seen, [2, 24])), 0);
    }
  });

  it('can be differentiated twice', async () => {
    const [query, keys, weight] = [random(1, 1, 3, 2), random(2, 1, 4, 2), random(3, 1, 3, 2)];
    const chunked = new ChunkedAttention({ causal: true, weightsUpTo: 0 });
    const slope = tf.grad((q: tf.Tensor) =>
      tf.sum(tf.mul(chunked.attend(q as tf.Tensor3D, chunked.remember(sequence(keys))).context, weight)),
    );
    await checkGradients((q) => tf.sum(tf.square(slope(q!))), [query]);
  });

  it('stays finite between energies of ±1e4', async () => {
    const query = tf.tensor3d([1e4, -1e4, 0], [1, 3, 1]);
    const keys = sequence(tf.tensor3d([1, -1, 1], [1, 3, 1]));
    const values = sequence(tf.tensor3d([1, 2, 3], [1, 3, 1]));
    const chunked = new ChunkedAttention({ weightsUpTo: 0 });
    await expectClose(chunked.attend(query, chunked.remember(keys, values)).context, [[[2], [2], [2]]], 1e-6);
  });
});

function cases(options: { causal?: boolean; window?: number }) {
  const all = { causal: false, scale: 0.6, ...options };
  const named = (name: string, [B, Q, K, D, V]: number[], dense: tf.Tensor) => ({
    name,
    inputs: {
      query: random(1, B!, Q!, D!),
      keys: random(2, B!, K!, D!),
      values: random(3, B!, K!, V!),
      mask: tf.ones([B!, K!], 'bool'),
      dense,
    },
    attributes: all,
  });
  return [
    named('small', [1, 3, 5, 2, 2], tf.ones([1, 1, 1], 'bool')),
    { ...named('with a mask for each', [2, 5, 6, 4, 8], bits(7, 2, 5, 6)), gradientCheck: false as const },
    { ...named('more than a tile', [1, 70, 133, 9, 8], bits(8, 1, 70, 133)), gradientCheck: false as const },
  ];
}

it('dot attention has scale 1', async () => {
  await useBackend('cpu');
  const [query, keys] = [random(1, 1, 3, 4), sequence(random(2, 1, 5, 4))];
  const [chunked, plain] = [
    new ChunkedAttention({ scale: 1, weightsUpTo: 0 }),
    new Attention({ scorer: new DotScore() }),
  ];
  const expected = plain.attend(query, plain.remember(keys)).context;
  await expectClose(chunked.attend(query, chunked.remember(keys)).context, expected, 1e-5);
});

it('says what cannot be', () => {
  expect(() => new ChunkedAttention({ window: 0 })).toThrow('`window` must be a whole number of at least 1');
  expect(() => new ChunkedAttention({ heads: 2 } as never)).toThrow('unknown option `heads`');
  const causal = new ChunkedAttention({ causal: true });
  const memory = causal.remember(sequence(tf.ones([1, 2, 3])));
  expect(() => causal.attend(tf.ones([1, 3, 3]), memory)).toThrow('3 queries cannot be the last of 2 positions');
  expect(() => causal.attend(tf.ones([1, 2, 4]), memory)).toThrow('`memory.keys` must have shape [B=1, K=2, D=4]');
  expect(() => causal.weights(tf.ones([1, 2, 3]), memory, [2])).toThrow('there is no query 2 of 2');
  expect(() => causal.attend(tf.ones([1, 2, 3]), memory, { mask: tf.ones([1, 2]) })).toThrow('`options.mask`');
});

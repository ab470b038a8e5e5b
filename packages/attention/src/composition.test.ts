/** Heads, sinks, norms, pooling and linear attention: the laws, and their formulas. */
import { type Attends, Rng, type Scorer, sequence, useBackend } from '@seqloom/core';
import { checkGradients, expectClose, verifyAttends, verifyModule, verifyScorer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AdditiveScore,
  Attention,
  AttentionPooling,
  attentionEntropy,
  coverage,
  DotScore,
  eluPlusOne,
  GaussianDistanceScore,
  GroupedQuery,
  HierarchicalPooling,
  headConfidence,
  headImportance,
  MultiHead,
  QueryKeyNormScore,
  Retention,
  RotaryScore,
  ScaledDotScore,
  Sinks,
  softmax,
} from './index.js';
import { lawBackends } from './law-backends.js';

const rng = () => new Rng(1);
const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const attention = (): Attention => new Attention({ scorer: new ScaledDotScore() });
const sizes = { querySize: 4, keySize: 4, valueSize: 4 };
const entries: Record<string, () => Attends<unknown>> = {
  'two heads of keys for four': () =>
    new GroupedQuery({ inner: attention(), heads: 4, keyHeads: 2, size: 4, rng: rng() }),
  'multi-query, with biases': () =>
    new GroupedQuery({
      inner: attention(),
      heads: 2,
      keyHeads: 1,
      size: 4,
      bias: true,
      rng: rng(),
    }),
  'grouped heads over an additive score': () => {
    const scorer = new AdditiveScore({ querySize: 2, keySize: 2, size: 3, rng: rng() });
    return new GroupedQuery({
      inner: new Attention({ scorer }),
      heads: 2,
      keyHeads: 1,
      size: 4,
      rng: rng(),
    });
  },
  sinks: () => new Attention({ scorer: new DotScore(), normalize: new Sinks() }),
  'sinks of two heads': () => {
    const inner = new Attention({ scorer: new DotScore(), normalize: new Sinks({ heads: 2 }) });
    return new MultiHead({ inner, heads: 2, size: 4, rng: rng() });
  },
  'normed queries and keys': () => new Attention({ scorer: new QueryKeyNormScore({ inner: new DotScore(), size: 4 }) }),
};

describe.each(lawBackends)('composition on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(entries))('%s: the laws of attention', (_, make) => verifyAttends(make, sizes));

  it('normed queries and keys: the laws of scorers, and energies that do not grow', async () => {
    const make = () => new QueryKeyNormScore({ inner: new DotScore(), size: 4 }) as Scorer<unknown>;
    await verifyScorer(make, sizes);
    const [made, x] = [make(), random([1, 3, 4], 1) as tf.Tensor3D];
    const large = tf.mul<tf.Tensor3D>(x, 1e4);
    await expectClose(made.score(large, made.prepare(large)), made.score(x, made.prepare(x)), 1e-4);
  });

  it('as many heads of keys as heads: multi-head attention', async () => {
    const grouped = new GroupedQuery({ inner: attention(), heads: 2, keyHeads: 2, size: 4, rng: rng() });
    const multi = new MultiHead({ inner: attention(), heads: 2, size: 4, bias: false, rng: rng() });
    const x = random([2, 3, 4], 2) as tf.Tensor3D;
    const seen = (attends: Attends<unknown>) => attends.attend(x, attends.remember(sequence(x)));
    await expectClose(seen(grouped).context, seen(multi).context, 1e-5);
  });

  it('the memory of shared keys is as small as the keys, whatever a scorer prepares', async () => {
    const scorers: Scorer<unknown>[] = [new ScaledDotScore(), new RotaryScore({ inner: new DotScore() })];
    for (const scorer of [...scorers, new GaussianDistanceScore()]) {
      const inner = new Attention({ scorer });
      const grouped = new GroupedQuery({ inner, heads: 4, keyHeads: 2, size: 16, rng: rng() });
      const x = random([2, 3, 16], 2) as tf.Tensor3D;
      const memory = grouped.remember(sequence(x));
      expect(memory.keys.values.size).toBe(2 * 3 * 8);
      const multi = new MultiHead({ inner, heads: 4, size: 16, bias: false, rng: rng() });
      const twice = (weight: tf.Tensor) =>
        tf.reshape(tf.tile(tf.reshape(weight, [16, 2, 1, 4]), [1, 1, 2, 1]), [16, 16]);
      for (const name of ['query', 'output'] as const) multi[name].weight.assign(grouped[name].weight);
      for (const name of ['key', 'value'] as const)
        multi[name].weight.assign(twice(grouped[name].weight) as tf.Tensor2D);
      const { context, weights } = multi.attend(x, multi.remember(sequence(x)));
      await expectClose(grouped.attend(x, memory).context, context, 1e-5);
      await expectClose(grouped.weights(x, memory, [2, 1]), tf.gather(weights, [2, 1], 1), 1e-5);
    }
  });

  it('sinks: one more key of value 0', async () => {
    const sinks = new Sinks();
    sinks.energy.assign(tf.tensor1d([0.7]));
    const energies = random([1, 2, 3], 3) as tf.Tensor3D;
    const more = tf.concat([energies, tf.fill([1, 2, 1], 0.7)], 2) as tf.Tensor3D;
    const expected = tf.slice(softmax(more, tf.ones([1, 1, 4], 'bool')), [0, 0, 0], [1, 2, 3]);
    await expectClose(sinks.normalize(energies, tf.ones([1, 1, 3], 'bool')), expected, 1e-6);
  });

  it.each([
    ['linear attention', new Retention({ features: eluPlusOne })],
    ['retention', new Retention({ decay: 0.8 })],
    ['retention with features', new Retention({ decay: 0.9, features: eluPlusOne })],
  ] as const)('%s: parallel = recurrent = the sum written out, over holes and padding', async (_, retention) => {
    const [B, T, D, V] = [2, 5, 3, 2];
    const flags = [
      [1, 1, 0, 1, 1],
      [1, 1, 1, 0, 0],
    ];
    const mask = tf.tensor2d(flags, undefined, 'bool');
    const [query, keys, values] = [D, D, V].map((size, i) => random([B, T, size], i + 1) as tf.Tensor3D);
    const broken = (x: tf.Tensor3D) => tf.where(tf.expandDims(mask, 2), x as tf.Tensor, Number.NaN) as tf.Tensor3D;
    const { output, weights } = retention.forward(broken(query!), sequence(broken(keys!), mask), broken(values!));
    const f = (row: number[]) => (retention.features ? row.map((x) => (x > 0 ? x + 1 : Math.exp(x))) : row);
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const [q, k, v] = [await query!.array(), await keys!.array(), await values!.array()];
    const literal = flags.map((real, b) =>
      real.map((isReal, t) => {
        const out = [0, 0];
        let total = 0;
        for (let s = 0; s <= t && isReal; s++) {
          if (!real[s]) continue;
          const between = real.slice(s + 1, t + 1).filter(Boolean).length;
          const weight = retention.decay ** between * dot(f(q[b]![t]!), f(k[b]![s]!));
          total += weight;
          for (const i of [0, 1]) out[i]! += weight * v[b]![s]![i]!;
        }
        return retention.features && isReal ? out.map((x) => x / total) : out;
      }),
    );
    await expectClose(output, literal, 1e-5);
    expect(weights.shape).toEqual([B, T, T]);
    let state = retention.initialState(1, D, V);
    for (const [t, real] of flags[0]!.entries()) {
      if (!real) continue;
      const at = (x: tf.Tensor3D) => tf.reshape(tf.slice(x, [0, t, 0], [1, 1, -1]), [1, -1]) as tf.Tensor2D;
      const next = retention.step(at(query!), at(keys!), at(values!), state);
      await expectClose(next.output, [literal[0]![t]!], 1e-5);
      state = next.state;
    }
    const loss = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
      tf.sum(
        tf.square(retention.forward(a as tf.Tensor3D, sequence(b as tf.Tensor3D, mask), c as tf.Tensor3D).output),
      ) as tf.Scalar;
    await checkGradients((a, b, c) => loss(a!, b!, c!), [query!, keys!, values!]);
  });

  it('pooling: words make sentences, sentences a document; what is empty is 0', async () => {
    const make = () => new HierarchicalPooling({ wordSize: 3, size: 4, rng: rng() });
    await verifyModule(make);
    await verifyModule(() => new AttentionPooling({ keySize: 3, size: 4 }));
    const words = random([2, 3, 4, 3], 5) as tf.Tensor4D;
    const mask = tf.tensor3d(
      [1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [2, 3, 4],
      'bool',
    );
    const pooling = make();
    const seen = pooling.forward(tf.where(tf.expandDims(mask, 3), words as tf.Tensor, Number.NaN) as tf.Tensor4D, mask);
    await expectClose(
      tf.sum(seen.words, -1),
      [
        [1, 1, 0],
        [0, 0, 0],
      ],
      1e-5,
    );
    await expectClose(tf.sum(seen.sentences, -1), [1, 0], 1e-5);
    const sentences = tf.sum(tf.mul(tf.where(tf.expandDims(mask, 3), words, 0), tf.expandDims(seen.words, 3)), 2);
    await expectClose(seen.output, tf.sum(tf.mul(sentences, tf.expandDims(seen.sentences, 2)), 1), 1e-5);
  });

  it('entropy, coverage, confidence and importance of weights', async () => {
    const weights = tf.tensor3d([1, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0.2, 0.3, 0.5], [2, 2, 3]);
    const entropy = -(0.2 * Math.log(0.2) + 0.3 * Math.log(0.3) + 0.5 * Math.log(0.5));
    await expectClose(
      attentionEntropy(weights),
      [
        [0, Math.LN2],
        [0, entropy],
      ],
      1e-6,
    );
    await expectClose(
      coverage(weights),
      [
        [1.5, 0.5, 0],
        [0.2, 0.3, 0.5],
      ],
      1e-6,
    );
    await expectClose(headConfidence(weights, 2), [0.75, 0.5], 1e-6);
    const gradient = tf.tensor3d([1, 5, 5, -1, 2, 5, 1, 1, 1, 1, 0, -2], [2, 2, 3]);
    await expectClose(headImportance(weights, gradient, 2), [1.5, 0.8], 1e-6);
  });
});

it('says what cannot be', () => {
  const options = { inner: attention(), size: 4 };
  expect(() => new GroupedQuery({ ...options, heads: 4, keyHeads: 3 })).toThrow('not a multiple of `keyHeads` 3');
  expect(() => new Retention({ decay: 1.1 })).toThrow('Retention: `decay`');
});

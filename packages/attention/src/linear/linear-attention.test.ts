/** Linear attention: the laws, both ways of computing it, and the recurrence. */
import { Rng, sequence, useBackend } from '@seqloom/core';
import { expectClose, verifyAttends } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { causalMask, eluPlusOne, LinearAttention, MultiHead } from '../index.js';
import { lawBackends } from '../law-backends.js';

const random = (seed: number, ...shape: [number, number, number]) =>
  tf.randomNormal<tf.Rank.R3>(shape, 0, 1, 'float32', seed);
const sizes = { querySize: 3, keySize: 3, valueSize: 2 };

type Form = (query: tf.Tensor3D, keys: tf.Tensor3D, values: tf.Tensor3D) => tf.Tensor3D;

/** Both forms give the same context and gradients. */
async function expectSame(actual: Form, expected: Form, inputs: tf.Tensor3D[], tolerance = 1e-5): Promise<void> {
  const seen = (form: Form) => {
    const f = (...xs: tf.Tensor[]) => form(...(xs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]));
    const context = f(...inputs);
    const { grads } = tf.valueAndGrads(f)(inputs, tf.reshape(tf.cos(tf.range(0, context.size)), context.shape));
    return [context, ...grads];
  };
  const wanted = seen(expected);
  for (const [i, one] of seen(actual).entries()) await expectClose(one, wanted[i]!, tolerance, `result ${i}`);
}

const attending =
  (attention: LinearAttention, mask?: tf.Tensor2D, dense?: tf.Tensor): Form =>
  (query, keys, values) =>
    attention.attend(query, attention.remember(sequence(keys, mask), sequence(values, mask)), { mask: dense }).context;

describe.each(lawBackends)('LinearAttention on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps the laws', async () => {
    await verifyAttends(() => new LinearAttention(), sizes);
    await verifyAttends(() => new LinearAttention({ causal: true, features: tf.exp }), sizes, { ordered: true });
  });

  it.each([
    [5, 5, false],
    [70, 133, false],
    [5, 5, true],
    [70, 133, true],
    [133, 133, true],
  ])('%i queries, %i keys, causal %s: the same with weights and without', async (Q, K, causal) => {
    const inputs = [random(1, 2, Q, 3), random(2, 2, K, 3), random(3, 2, K, 2)];
    const mask = tf.less(tf.randomUniform<tf.Rank.R2>([2, K], 0, 1, 'float32', 4), 0.7) as tf.Tensor2D;
    const [weighing, summing] = [65_536, 0].map((weightsUpTo) => new LinearAttention({ causal, weightsUpTo }));
    await expectSame(attending(summing!, mask), attending(weighing!, mask), inputs);
    await expectSame(
      attending(new LinearAttention(), mask, causalMask(Q, K)),
      attending(new LinearAttention({ causal: true }), mask),
      inputs,
    );
  });

  it('is its formula', async () => {
    const [query, keys, values] = [random(1, 1, 2, 3), random(2, 1, 4, 3), random(3, 1, 4, 2)];
    const scores = tf.matMul(eluPlusOne(query), eluPlusOne(keys), false, true);
    const expected = tf.div(scores, tf.sum(scores, -1, true));
    const attention = new LinearAttention();
    const memory = attention.remember(sequence(keys), sequence(values));
    const { weights, context } = attention.attend(query, memory);
    await expectClose(weights, expected, 1e-6);
    await expectClose(context, tf.matMul(expected, values), 1e-6);
    await expectClose(attention.weights(query, memory, [1]), tf.slice(expected, [0, 1], [1, 1]), 1e-6);
  });

  it('runs as a recurrence', async () => {
    const attention = new LinearAttention({ causal: true, weightsUpTo: 0 });
    const recurrent: Form = (query, keys, values) => {
      let state = attention.initialState(2, 3, 2);
      const steps = [query, keys, values].map((x) => tf.unstack(x, 1) as tf.Tensor2D[]);
      const outputs = steps[0]!.map((q, t) => {
        const { output, state: next } = attention.step(q, steps[1]![t]!, steps[2]![t]!, state);
        state = next;
        return output;
      });
      return tf.stack(outputs, 1) as tf.Tensor3D;
    };
    await expectSame(recurrent, attending(attention), [random(1, 2, 70, 3), random(2, 2, 70, 3), random(3, 2, 70, 2)]);
  });

  it('is finite for ±1e4, and heads with biases give 0 where nothing is seen', async () => {
    for (const causal of [false, true]) {
      const attention = new LinearAttention({ causal, weightsUpTo: 0 });
      const big = [1, 2].map((seed) => tf.mul<tf.Tensor3D>(random(seed, 1, 5, 3), 1e4));
      const context = await attending(attention)(big[0]!, big[1]!, random(3, 1, 5, 2)).data();
      expect(context.every(Number.isFinite)).toBe(true);
    }
    const heads = new MultiHead({ inner: new LinearAttention({ causal: true }), heads: 2, size: 4, rng: new Rng(1) });
    heads.output.bias!.assign(tf.ones([4]));
    const memory = heads.remember(sequence(random(1, 1, 3, 4), tf.tensor2d([[0, 1, 1]], undefined, 'bool')));
    const { context } = heads.attend(random(2, 1, 3, 4), memory);
    await expectClose(tf.all(tf.equal(context, 0), -1), [[1, 0, 0]], 0);
  });
});

it('says what cannot be', () => {
  expect(() => new LinearAttention({ features: 'elu' as never })).toThrow('`features` must be a function');
  const attention = new LinearAttention({ causal: true });
  const memory = attention.remember(sequence(tf.ones([1, 2, 3])));
  expect(() => attention.attend(tf.ones([1, 3, 3]), memory)).toThrow('3 queries cannot be the last of 2 positions');
  expect(() => attention.weights(tf.ones([1, 1, 3]), memory, [1])).toThrow('there is no query 1 of 1');
});

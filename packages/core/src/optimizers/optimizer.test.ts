import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { CheckpointError, OptionError, UsageError } from '../errors.js';
import { backendsHere, expectClose } from '../testing/index.js';
import {
  accumulate,
  adagrad,
  adam,
  adamw,
  averageWeights,
  chain,
  clipByGlobalNorm,
  clipByValue,
  type GradientTransformation,
  Optimizer,
  rmsprop,
  scale,
  sgd,
  trace,
} from './index.js';

/** float32, a few operations. */
const tolerance = 1e-6;

const vector = (...values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));
const gradient = (...values: number[]) => tf.tensor1d(values);

const kinds: Record<string, () => GradientTransformation> = {
  sgd: () => sgd({ learningRate: 0.1 }),
  momentum: () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adam: () => adam({ learningRate: 0.1 }),
  adamw: () => adamw({ learningRate: 0.1, decays: (path) => path !== 'b' }),
  rmsprop: () => rmsprop({ learningRate: 0.1, momentum: 0.5, centered: true }),
  adagrad: () => adagrad({ learningRate: 0.1 }),
  clipped: () => chain(clipByValue(0.5), clipByGlobalNorm(1), adam({ learningRate: 0.1 })),
  accumulated: () => accumulate(3, adam({ learningRate: 0.1 })),
  averaged: () => chain(adam({ learningRate: 0.1 }), averageWeights(0.9)),
};

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(kinds))('%s owns its tensors only, and frees them', (_, make) => {
    const before = tf.memory().numTensors;
    const parameters = { a: vector(1, 2), b: vector(3) };
    const optimizer = new Optimizer(make());
    const step = () => tf.tidy(() => optimizer.apply({ a: gradient(1, -1), b: gradient(2) }, parameters));
    step();
    const slots = Object.values(optimizer.slots).length;
    const owned = before + 2 + 2 * slots;
    for (let i = 0; i < 200; i++) step();
    expect(tf.memory().numTensors).toBe(owned);
    optimizer.dispose();
    tf.dispose(Object.values(parameters));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('state goes by path, not by position: parameters may come in any order, come late, or miss a gradient', async () => {
    const run = async (order: (step: number) => string[]) => {
      const parameters: Record<string, tf.Variable> = { a: vector(1), b: vector(2), c: vector(3) };
      using optimizer = new Optimizer(trace(0.9));
      for (let step = 0; step < 4; step++) {
        const gradients = Object.fromEntries(order(step).map((path) => [path, gradient(path.charCodeAt(0))]));
        tf.tidy(() => optimizer.apply(gradients, parameters));
      }
      return Promise.all(Object.values(parameters).map(async (parameter) => (await parameter.data())[0]));
    };
    const expected = await run((step) => (step < 2 ? ['a', 'c'] : ['a', 'b', 'c']));
    expect(await run((step) => (step < 2 ? ['c', 'a'] : ['b', 'c', 'a']))).toEqual(expected);
  });

  it('load continues exactly, also into another optimiser', async () => {
    const make = kinds.accumulated!;
    const [p, q] = [{ w: vector(1, 2) }, { w: vector(1, 2) }];
    using first = new Optimizer(make());
    using second = new Optimizer(make());
    const step = (optimizer: Optimizer, parameters: { w: tf.Variable }, i: number) =>
      tf.tidy(() => optimizer.apply({ w: gradient(Math.sin(i), Math.cos(i)) }, parameters));
    for (let i = 0; i < 4; i++) step(first, p, i);
    q.w.assign(p.w);
    second.load(first.state(), q);
    for (let i = 4; i < 10; i++) {
      step(first, p, i);
      step(second, q, i);
    }
    expect(second.count).toBe(10);
    await expectClose(q.w, p.w, 0);
  });

  it('a slot may be the gradient itself', async () => {
    const keepsGradient: GradientTransformation = {
      init: (parameters) => ({ last: { ...parameters } }),
      update: (gradients, { slots }) => ({ updates: slots.last!, slots: { last: gradients } }),
    };
    const parameters = { w: vector(4) };
    using optimizer = new Optimizer(keepsGradient);
    tf.tidy(() => optimizer.apply({ w: gradient(7) }, parameters));
    await expectClose(parameters.w, [0], 0);
    tf.tidy(() => optimizer.apply({ w: gradient(1) }, parameters));
    await expectClose(parameters.w, [-7], 0);
  });

  it('clipping shortens to the norm and no further', async () => {
    const clipped = (transformation: GradientTransformation, scaling: number) =>
      tf.tidy(() => {
        const gradients = { a: gradient(3 * scaling), b: gradient(4 * scaling) };
        return Object.values(transformation.update(gradients, { parameters: {}, slots: {}, count: 0 }).updates);
      });
    for (const [scaling, a, b] of [
      [2, 0.6, 0.8],
      [0.1, 0.3, 0.4],
      [0, 0, 0],
    ] as const) {
      const [x, y] = clipped(clipByGlobalNorm(1), scaling);
      await expectClose(tf.concat([x!, y!]), [a, b], tolerance);
    }
    const [x, y] = clipped(clipByValue(3.5), -1);
    await expectClose(tf.concat([x!, y!]), [-3, -3.5], tolerance);
  });

  it('accumulation equals one update with the mean gradient', async () => {
    const [p, q] = [{ w: vector(1, 2) }, { w: vector(1, 2) }];
    using small = new Optimizer(accumulate(4, adam({ learningRate: 0.1 })));
    using large = new Optimizer(adam({ learningRate: 0.1 }));
    for (let update = 0; update < 3; update++) {
      const parts = [0, 1, 2, 3].map((i) => [Math.sin(update + i), Math.cos(update * i)] as const);
      for (const part of parts) tf.tidy(() => small.apply({ w: gradient(...part) }, p));
      const mean = [0, 1].map((axis) => parts.reduce((sum, part) => sum + part[axis]!, 0) / 4);
      tf.tidy(() => large.apply({ w: gradient(...mean) }, q));
      await expectClose(p.w, q.w, tolerance);
    }
  });

  it('accumulation leaves alone what is frozen in between, and begins anew with it', async () => {
    const both = { a: vector(0), b: vector(0) };
    using optimizer = new Optimizer(accumulate(2, sgd({ learningRate: 1 })));
    const step = (gradients: Record<string, tf.Tensor>, parameters: Record<string, tf.Variable>) =>
      tf.tidy(() => optimizer.apply(gradients, parameters));
    step({ a: gradient(1), b: gradient(1) }, both);
    step({ a: gradient(1) }, { a: both.a }); // b is frozen
    await expectClose(tf.concat([both.a, both.b]), [-1, 0], tolerance);
    for (let i = 0; i < 2; i++) step({ b: gradient(3) }, both);
    await expectClose(tf.concat([both.a, both.b]), [-1, -3], tolerance);
  });
});

describe('errors', () => {
  const parameters = {} as { w: tf.Variable };
  beforeAll(async () => {
    await useBackend('cpu');
    parameters.w = vector(1);
  });

  it('a gradient for nothing, a disposed optimiser, something that is no optimiser', () => {
    const optimizer = new Optimizer(scale(1));
    expect(() => optimizer.apply({ v: gradient(1) }, parameters)).toThrow('no parameter for the gradient of v');
    optimizer.dispose();
    expect(() => optimizer.apply({}, parameters)).toThrow(UsageError);
    expect(() => new Optimizer({} as never)).toThrow(UsageError);
  });

  it('one kind of slot twice in a chain', () => {
    using optimizer = new Optimizer(chain(trace(0.9), trace(0.5)));
    expect(() => optimizer.apply({ w: gradient(1) }, parameters)).toThrow('a slot named `trace`');
  });

  it.each([
    () => sgd({ learningRate: -1 }),
    () => sgd({ learningRate: '0.1' as never }),
    () => sgd({ learningRate: 0.1, momentum: 2 }),
    () => sgd({ rate: 0.1 } as never),
    () => adam({ learningRate: 0.1, beta2: 1 }),
    () => adamw({ learningRate: 0.1, weightDecay: -1 }),
    () => rmsprop({ learningRate: 0.1, decay: 2 }),
    () => adagrad({ learningRate: Number.NaN }),
    () => clipByGlobalNorm(0),
    () => clipByValue(-1),
    () => accumulate(0, scale(1)),
    () => sgd({ learningRate: 0.1, nesterov: true }),
    () => averageWeights(1.5),
  ])('%s', (make) => expect(make).toThrow(OptionError));

  it('a state that does not fit changes nothing', async () => {
    using optimizer = new Optimizer(adam({ learningRate: 1 }));
    using other = new Optimizer(trace(0.9));
    tf.tidy(() => optimizer.apply({ w: gradient(1) }, parameters));
    tf.tidy(() => other.apply({ w: gradient(1) }, parameters));
    const { count, slots } = optimizer.state();
    const wide = { 'adam.mean': { w: tf.ones([2]) }, 'adam.variance': { w: tf.ones([2]) } };
    const half = { ...slots, 'adam.mean': {} };
    const tensors = tf.memory().numTensors;
    for (const state of [
      other.state(),
      { count, slots: wide },
      { count, slots: half },
      { count: -1, slots },
      { count, slots: {} },
    ]) {
      expect(() => optimizer.load(state, parameters)).toThrow(CheckpointError);
    }
    expect(() => optimizer.load({ count, slots }, { v: parameters.w })).toThrow('unknown parameter w');
    expect(optimizer.slots).toBe(slots);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

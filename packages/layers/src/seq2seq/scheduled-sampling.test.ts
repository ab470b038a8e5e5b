/** Scheduled sampling: all truth is teacher forcing, no truth is greedy; between them the coins decide, and the way back sees constants. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import { OptionError, Rng, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BahdanauDecoder,
  Embedding,
  EncoderDecoder,
  GRUCell,
  greedy,
  gru,
  inverseSigmoidDecay,
  scheduledSampling,
} from '../index.js';

const [V, size, U] = [9, 5, 8];

function modelOf() {
  const rng = new Rng(5);
  const embedding = () => new Embedding({ vocabularySize: V, size, rng });
  const attention = new Attention({ scorer: new AdditiveScore({ querySize: U, keySize: U, size: 6, rng }) });
  const cell = new GRUCell({ inputSize: size + U, hiddenSize: U, rng });
  const decoder = new BahdanauDecoder({ cell, attention, inputSize: size, contextSize: U, rng });
  const encoder = gru({ inputSize: size, hiddenSize: U, rng });
  return new EncoderDecoder({ source: embedding(), target: embedding(), encoder, decoder, dropout: 0.3, rng });
}

const random = (seed: number, rows: number, time: number) => {
  const rng = new Rng(seed);
  return tf.tensor2d(
    Array.from({ length: rows * time }, () => rng.below(V)),
    [rows, time],
    'int32',
  );
};
const reading = (probability: number, seed = 1) =>
  scheduledSampling({ teacherForcing: () => probability, rng: new Rng(seed) });

describe.each(backendsHere())('scheduledSampling on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('reads the truth, its own greedy text, or a mixture by seed and step', async () => {
    const model = modelOf().train();
    const batch = { source: random(1, 4, 5), target: random(2, 4, 6) };
    const writer = model.writer(batch);
    expect(reading(1)(writer, batch.target, 0)).toBe(batch.target);
    const first = await tf.slice(batch.target, 0, [1, 1]).data();
    const alone = { source: tf.slice(batch.source, 0, [1, 5]), target: tf.slice(batch.target, 0, [1, 6]) };
    const [written] = await greedy(model.writer(alone), { start: first[0]!, maxLength: 5 });
    expect([...(await reading(0)(model.writer(alone), alone.target, 0).data())]).toEqual([first[0], ...written!.ids]);
    const half = reading(0.5);
    const mixed = await half(writer, batch.target, 3).data();
    expect(mixed).toEqual(await reading(0.5)(writer, batch.target, 3).data());
    expect(mixed).not.toEqual(await half(writer, batch.target, 4).data());
    await expectNoLeak(() => tf.tidy(() => void half(writer, batch.target, 3)));
  });

  it('gives the loss the gradients of what was read', async () => {
    const model = modelOf();
    const batch = { source: random(1, 4, 5), target: random(2, 4, 6) };
    const half = reading(0.5);
    const read = half(model.writer(batch), batch.target, 7);
    const variables = [...model.namedVariables()].map(([, variable]) => variable);
    const constant = tf.variableGrads(() => model.loss({ ...batch, read }), variables);
    const within = tf.variableGrads(
      () => model.loss({ ...batch, read: half(model.writer(batch), batch.target, 7) }),
      variables,
    );
    await expectClose(within.value, constant.value, 1e-6);
    for (const [name, gradient] of Object.entries(constant.grads))
      await expectClose(within.grads[name]!, gradient, 1e-6, name);
  });
});

it('reads as much truth as the schedule says', async () => {
  await useBackend('cpu');
  const wrong = {
    vocabularySize: V,
    rows: 200,
    start: () => ({}),
    step: () => ({ logits: tf.oneHot(tf.fill([200], 8, 'int32'), V) as tf.Tensor2D, state: {} }),
  };
  const target = tf.zeros<tf.Rank.R2>([200, 21], 'int32');
  const schedule = inverseSigmoidDecay(50);
  const sampling = scheduledSampling({ teacherForcing: schedule, rng: new Rng(1) });
  for (const step of [0, 100, 200, 400]) {
    const own = (await sampling(wrong, target, step).data()).filter((id) => id === 8).length / 4000;
    expect(Math.abs(1 - own - schedule(step))).toBeLessThan(0.03);
  }
  expect(schedule(50 * Math.log(50))).toBeCloseTo(0.5, 6);
});

it('labels are smoothed in training only', async () => {
  await useBackend('cpu');
  const parts = modelOf();
  const { source, target, encoder, decoder } = parts;
  const model = new EncoderDecoder({ source, target, encoder, decoder, labelSmoothing: 0.2, rng: new Rng(2) });
  const batch = { source: random(1, 4, 5), target: random(2, 4, 6) };
  const given = tf.slice(batch.target, 0, [4, 5]);
  const all = tf.logSoftmax(model.forward({ ...batch, target: given }));
  const right = tf.mean(tf.sum(tf.mul(all, tf.oneHot(tf.slice(batch.target, [0, 1], [4, 5]), V)), 2));
  await expectClose(model.loss(batch), tf.neg(right), 1e-5);
  const smooth = tf.add(tf.mul(right, 0.8), tf.mul(tf.mean(all), 0.2));
  await expectClose(model.train().loss(batch), tf.neg(smooth), 1e-5);
});

it('names bad input', () => {
  expect(() => scheduledSampling({ teacherForcing: 0.5 as never })).toThrow(OptionError);
  expect(() => reading(1.5)(modelOf().writer({ source: random(1, 2, 3) }), random(1, 2, 3), 0)).toThrow(
    /`teacherForcing\(step\)` must be a number from 0 to 1/,
  );
  expect(() => inverseSigmoidDecay(0)).toThrow(OptionError);
});

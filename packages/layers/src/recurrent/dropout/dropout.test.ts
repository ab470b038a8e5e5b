/** Laws of dropouts in training; that they are the cell itself, or the expectation, in evaluation is among the laws of layers. */
import { carry, lengthMask, type Module, Rng, stateTensors, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  GRUCell,
  LockedDropout,
  LSTMCell,
  Recurrent,
  SimpleRNNCell,
  Truncated,
  VariationalDropout,
  WeightDropout,
  Zoneout,
} from '../../index.js';
import { recurrentLayers, wrapped } from '../laws.js';

const names = [...Object.keys(wrapped), 'locked dropout'];
const make = (name: string) => recurrentLayers[name]!() as Recurrent<unknown>;

/** Runs `f` as if nothing had been drawn since: the streams go back to where they were. */
function replayed<T>(module: Module, f: () => T): T {
  const streams = [...module.namedStreams()].map(([, stream]) => stream);
  const states = streams.map((stream) => stream.state);
  const result = f();
  for (const [i, stream] of streams.entries()) stream.state = states[i]!;
  return result;
}

const values = () =>
  tf.tensor3d(
    Array.from({ length: 24 }, (_, i) => Math.sin(3 * i)),
    [2, 4, 3],
  );

describe.each(backendsHere())('dropouts on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(names)('%s: in training forward equals step after step, over padding too', async (name) => {
    const layer = make(name).train();
    const mask = lengthMask([4, 2]);
    const start = layer.initialState(2);
    const { output, state } = replayed(layer, () => layer.forward({ values: values(), mask }, start));
    let before = start;
    const steps = (tf.unstack(values(), 1) as tf.Tensor2D[]).map((x, t) => {
      const next = layer.step(x, before);
      before = carry(tf.squeeze(tf.slice(mask, [0, t], [2, 1]), [1]) as tf.Tensor1D, next.state, before);
      return next.output;
    });
    const real = tf.expandDims(tf.cast(mask, 'float32'), 2);
    await expectClose(output.values, tf.mul(tf.stack(steps, 1), real), 1e-5, 'outputs');
    for (const [i, tensor] of stateTensors(before).entries()) await expectClose(stateTensors(state)[i]!, tensor, 1e-5);
  });

  it.each(names)('%s: gradients in training are what differences say', async (name) => {
    const layer = make(name).train();
    const start = layer.initialState(2);
    const mask = lengthMask([4, 2]);
    const loss = (x?: tf.Tensor) =>
      tf.mean(tf.square(layer.forward({ values: x as tf.Tensor3D, mask }, start).output.values)) as tf.Scalar;
    const f = (x?: tf.Tensor) => replayed(layer, () => loss(x));
    const parameters = [...layer.namedVariables()].map(([, variable]) => variable);
    await checkGradients(f, [values(), ...parameters], { step: 3e-3 });
  });

  it.each(names)('%s: the same seed gives the same run, each sequence draws anew, and streams resume', async (name) => {
    const [first, second, other] = [make(name).train(), make(name).train(), make(name).train()];
    const run = (layer: Recurrent<unknown>) =>
      layer.forward({ values: values(), mask: lengthMask([4, 4]) }).output.values;
    const [a, b] = [run(first), run(first)];
    await expectClose(run(second), a, 0);
    expect(await tf.max(tf.abs(tf.sub(a, b))).data()).not.toEqual(new Float32Array(1));
    const streams = new Map(second.namedStreams());
    for (const [path, stream] of other.namedStreams()) stream.state = streams.get(path)!.state;
    await expectClose(run(other), b, 0);
  });

  it.each(names)('%s: checkpoints repeat the draws', async (name) => {
    const [plain, cut] = [false, 2].map((checkpoint) => {
      const layer = (name in wrapped ? new Recurrent({ cell: wrapped[name]!(), checkpoint }) : make(name)).train();
      const parameters = [...layer.namedVariables()].map(([, variable]) => variable);
      const loss = () => tf.mean(layer.forward({ values: x, mask: lengthMask([4, 2]) }).output.values) as tf.Scalar;
      const x = values();
      return tf.engine().gradients(loss, [x, ...parameters]).grads;
    });
    for (const [i, gradient] of plain!.entries()) await expectClose(cut![i]!, gradient, 1e-6, `gradient ${i}`);
  });

  it('locked dropout drops the same features at every step, others in each row', async () => {
    const layer = new LockedDropout({ size: 200, rate: 0.25, rng: new Rng(1) }).train();
    const forward = (rows: number) =>
      layer.forward({ values: tf.ones([rows, 5, 200]), mask: tf.ones([rows, 5], 'bool') }, []).output.values;
    const seen = await forward(2).data();
    const row = (b: number, t: number) => Array.from(seen.slice((5 * b + t) * 200, (5 * b + t + 1) * 200));
    for (const t of [1, 2, 3, 4]) expect(row(0, t)).toEqual(row(0, 0));
    expect(row(1, 0)).not.toEqual(row(0, 0));
    expect(new Set(row(0, 0))).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(Array.from((await forward(1).data()).slice(0, 200))).toEqual(row(0, 0)); // whatever the number of rows
  });

  it('windows of a long text carry the state, and draw anew', async () => {
    const cell = new WeightDropout({ cell: wrapped['variational dropout']!(), rate: 0.5, rng: new Rng(1) });
    const layer = new Truncated({ layer: new Recurrent({ cell }), batch: 2 }).train();
    const read = () => layer.forward({ values: values(), mask: lengthMask([4, 4]) }).output.values;
    const first = await read().data();
    layer.reset();
    expect(await read().data()).not.toEqual(first);
  });

  it('where a step is linear in what is dropped, the expectation is what evaluation gives', async () => {
    const positive = new SimpleRNNCell({ inputSize: 3, hiddenSize: 4, activation: 'relu', rng: new Rng(1) });
    for (const [, variable] of positive.namedVariables()) variable.assign(tf.abs(variable));
    const [x, start] = [tf.ones<tf.Rank.R2>([1000, 3]), tf.fill<tf.Rank.R2>([1000, 4], 0.5)];
    const rng = new Rng(5);
    for (const cell of [
      new VariationalDropout({ cell: positive, input: 0.3, recurrent: 0.3, rng }),
      new Zoneout({ cell: positive, rate: 0.3, rng }),
      new Zoneout({ cell: new GRUCell({ inputSize: 3, hiddenSize: 4, rng }), rate: 0.6, rng }),
    ]) {
      const expected = tf.mean(cell.train(false).step(x, start).state, 0);
      await expectClose(tf.mean(cell.train().step(x, start).state, 0), expected, 0.1, cell.constructor.name);
    }
    const dropped = new WeightDropout({ cell: positive, rate: 0.3, rng }).train();
    const [few, hidden] = [tf.slice(x, 0, 1), tf.slice(start, 0, 1)];
    const drawn = () => {
      dropped.initialState(1);
      return dropped.step(few, hidden).output;
    };
    const outputs = Array.from({ length: 300 }, drawn);
    await expectClose(tf.mean(tf.stack(outputs), 0), dropped.train(false).step(few, hidden).output, 0.1);
  });
});

it('says what is wrong with options', () => {
  const cell = new LSTMCell({ inputSize: 3, hiddenSize: 2 });
  expect(() => new WeightDropout({ cell, rate: 1 })).toThrow(/WeightDropout: `rate` must be below 1/);
  expect(() => new VariationalDropout({ cell, input: -1 })).toThrow(/`input` must be a number from 0 to 1/);
  expect(() => new Zoneout({ cell, rate: { memory: 0.1 } })).toThrow(/no part `memory`\n.*its parts are hidden, cell/);
  expect(() => new Zoneout({ cell: {} as never, rate: 0.1 })).toThrow(/Zoneout: `cell` must have `project`/);
  expect(() => new LockedDropout({ size: 0, rate: 0.1 })).toThrow(/`size` must be a whole number/);
});

/** Every wrong use of a recurrent layer names the argument. */
import { type Sequence, ShapeError, sequence, UsageError, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import {
  AttentiveRNN,
  Bidirectional,
  GRUCell,
  gru,
  Highway,
  LSTMCell,
  lstm,
  Recurrent,
  Residual,
  recurrentNetwork,
  SimpleRNNCell,
  Stacked,
  simpleRNN,
} from '../index.js';

beforeAll(async () => void (await useBackend('cpu')));

const sizes = { inputSize: 3, hiddenSize: 2 };
const input = (...shape: [number, number, number]): Sequence => ({
  values: tf.zeros(shape),
  mask: tf.ones([shape[0], shape[1]], 'bool'),
});

it.each<[RegExp, () => unknown]>([
  [
    /Recurrent.forward: `input.values` must have shape \[B=2, T=4, 3\], got \[2,4,5\]/,
    () => gru(sizes).forward(input(2, 4, 5)),
  ],
  [/`input.values` must be a tensor, got undefined/, () => gru(sizes).forward({} as never)],
  [
    /`input.values` must have shape/,
    () => gru(sizes).forward({ values: tf.zeros([2, 3]), mask: tf.ones([2, 3]) } as never),
  ],
  [
    /`input.mask` must have shape \[B=2, T=4\], got \[2,3\]/,
    () => lstm(sizes).forward({ ...input(2, 4, 3), mask: tf.ones([2, 3]) }),
  ],
  [/`input` is an empty batch/, () => lstm({ ...sizes, bidirectional: true }).forward(input(0, 4, 3))],
  [/`input` has no time steps/, () => simpleRNN(sizes).forward(input(2, 0, 3))],
  [/`input` has no time steps/, () => new AttentiveRNN({ ...sizes, outputSize: 2 }).forward(input(2, 0, 3))],
  [/GRUCell.step: `x` must have shape \[B=2, 3\]/, () => new GRUCell(sizes).step(tf.zeros([2, 4]), tf.zeros([2, 2]))],
  [
    /GRUCell.step: `state` must have shape \[B=2, 2\]/,
    () => new GRUCell(sizes).step(tf.zeros([2, 3]), tf.zeros([1, 2])),
  ],
  [
    /`state.cell` must have shape/,
    () => new LSTMCell(sizes).step(tf.zeros([2, 3]), { hidden: tf.zeros([2, 2]), cell: tf.zeros([2, 3]) }),
  ],
  [
    /`state` must have shape/,
    () => new Recurrent({ cell: new GRUCell(sizes) }).forward(input(2, 3, 3), tf.zeros([3, 2])),
  ],
  [
    /`state.hidden` must have shape/,
    () =>
      new Recurrent({ cell: new LSTMCell(sizes) }).forward(input(2, 3, 3), {
        hidden: tf.zeros([2, 1]),
        cell: tf.zeros([2, 2]),
      }),
  ],
  [
    /`state` must have shape/,
    () => new Recurrent({ cell: new SimpleRNNCell(sizes) }).forward(input(2, 3, 3), tf.zeros([2, 9])),
  ],
])('ShapeError %s', (message, run) => {
  expect(run).toThrow(ShapeError);
  expect(run).toThrow(message);
});

it.each<[RegExp, () => unknown]>([
  [/gru: unknown option `units`/, () => gru({ ...sizes, units: 3 } as never)],
  [/`reset` must be one of after, before/, () => gru({ ...sizes, reset: 'never' as never })],
  [/`activation` must be one of tanh, relu/, () => simpleRNN({ ...sizes, activation: 'gelu' as never })],
  [/`hiddenSize` must be a whole number/, () => lstm({ ...sizes, hiddenSize: -1 })],
  [/`layers` must be a whole number/, () => lstm({ ...sizes, layers: 0 })],
  [/`dropout`|`rate` must be/, () => lstm({ ...sizes, layers: 2, dropout: 2 })],
  [/recurrentNetwork: `cell` must be a function/, () => recurrentNetwork({ ...sizes, cell: 3 as never })],
  [/Recurrent: `cell` must have/, () => new Recurrent({ cell: undefined as never })],
  [/Bidirectional: `backward` must be a layer/, () => new Bidirectional({ forward: gru(sizes), backward: 3 as never })],
  [/Residual: `layer` must give what it reads: it has inputSize 3, outputSize 2/, () => new Residual(gru(sizes))],
  [/Highway: `layer` must be a layer/, () => new Highway({ layer: 3 as never })],
  [/Stacked: `layers` must be a list/, () => new Stacked({ layers: [] })],
  [/Stacked: `layers\[1\]` must be a layer/, () => new Stacked({ layers: [gru(sizes), {} as never] })],
])('OptionError %s', (message, run) => {
  expect(run).toThrow(expect.objectContaining({ name: 'OptionError', message: expect.stringMatching(message) }));
});

it('a network in both directions cannot step', () => {
  const network = gru({ ...sizes, bidirectional: true }) as unknown as ReturnType<typeof gru> & { step: unknown };
  const step = network.step as (x: tf.Tensor, state: unknown) => unknown;
  expect(() => step.call(network, tf.zeros([2, 3]), network.initialState(2))).toThrow(UsageError);
  const past = new Residual(gru({ inputSize: 4, hiddenSize: 2, bidirectional: true }));
  expect(past.forward(input(2, 3, 4)).output.values.shape).toEqual([2, 3, 4]);
  expect(() => new Stacked({ layers: [past] }).step(tf.zeros([2, 4]), [past.initialState(2)])).toThrow(UsageError);
});

it('a row without anything real keeps the initial state', () => {
  const values = tf.zeros<tf.Rank.R3>([1, 2, 3]);
  const start = tf.ones<tf.Rank.R2>([1, 2]);
  const layer = new Recurrent({ cell: new GRUCell(sizes) });
  const { state } = layer.forward(sequence(values, tf.zeros([1, 2], 'bool')), start);
  expect(Array.from(state.dataSync())).toEqual([1, 1]);
});

/** Scanning cells go where cells go: both directions, stacks, checkpoints; and they say what does not fit. */
import { lengthMask, Rng, stateTensors, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifySequenceLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Bidirectional } from '../recurrent/bidirectional.js';
import { Recurrent } from '../recurrent/recurrent.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { reverseTime } from '../recurrent/reverse-time.js';
import { Stacked } from '../recurrent/stacked.js';
import { LRUCell } from '../state-space/lru-cell.js';
import { MambaCell } from '../state-space/mamba-cell.js';
import { S4DCell } from '../state-space/s4d-cell.js';
import { MinGRUCell } from './min-gru-cell.js';
import { MinLSTMCell } from './min-lstm-cell.js';
import { QRNNCell } from './qrnn-cell.js';
import { SRUCell } from './sru-cell.js';

const sizes = { inputSize: 3, hiddenSize: 5 };
const rng = () => new Rng(4);

const cells: Record<string, () => RecurrentCell<unknown>> = {
  minGRU: () => new MinGRUCell({ ...sizes, rng: rng() }),
  minLSTM: () => new MinLSTMCell({ ...sizes, rng: rng() }),
  SRU: () => new SRUCell({ ...sizes, rng: rng() }),
  QRNN: () => new QRNNCell({ ...sizes, rng: rng() }),
  LRU: () => new LRUCell({ ...sizes, rng: rng() }),
  S4D: () => new S4DCell({ inputSize: 3, stateSize: 2, rng: rng() }),
  Mamba: () => new MambaCell({ ...sizes, stateSize: 2, rng: rng() }),
};

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(cells))('%s backwards is itself on reversed time', async (_, make) => {
    const layer = new Recurrent({ cell: make() });
    const input = { values: tf.randomNormal<tf.Rank.R3>([2, 5, 3], 0, 1, 'float32', 1), mask: lengthMask([5, 3]) };
    const [back, ahead] = [layer.forwardReversed(input), layer.forward(reverseTime(input))];
    await expectClose(back.output.values, reverseTime(ahead.output).values, 1e-6);
    for (const [i, tensor] of stateTensors(back.state).entries()) {
      await expectClose(tensor, stateTensors(ahead.state)[i]!, 1e-6);
    }
  });
});

it('keep the laws in both directions, in stacks and with checkpoints', async () => {
  await useBackend('wasm');
  const twoWay = () =>
    new Bidirectional({
      forward: new Recurrent({ cell: cells.minGRU!(), checkpoint: 2 }),
      backward: new Stacked({
        layers: [cells.SRU!(), new LRUCell({ inputSize: 5, hiddenSize: 2, rng: rng() })].map(
          (cell) => new Recurrent<unknown>({ cell }),
        ),
      }),
    });
  await verifySequenceLayer(twoWay, 3);
});

it('says what does not fit', async () => {
  await useBackend('cpu');
  expect(() => new MinGRUCell({ ...sizes, timescale: 1 })).toThrow('`timescale` must be a number from 2');
  expect(() => new MinGRUCell({ ...sizes, gates: 2 } as never)).toThrow('unknown option `gates`');
  expect(() => new SRUCell({ ...sizes, activation: 'relu' as never })).toThrow('`activation`');
  expect(() => new QRNNCell({ ...sizes, pooling: 'o' as never })).toThrow('`pooling`');
  expect(() => new LRUCell({ ...sizes, radius: [0.5, 1] })).toThrow('0 ≤ least < most < 1');
  expect(() => new S4DCell({ inputSize: 3, discretization: 'euler' as never })).toThrow('`discretization`');
  expect(() => new MambaCell({ ...sizes, window: 1 })).toThrow('`window` must be a whole number of at least 2');
  for (const [name, make] of Object.entries(cells)) {
    const cell = make();
    expect(() => cell.step(tf.zeros([2, 4]), cell.initialState(2)), name).toThrow('3], got [2,4]');
    expect(() => cell.step(tf.zeros([2, 3]), cell.initialState(3)), name).toThrow('B=2');
  }
});

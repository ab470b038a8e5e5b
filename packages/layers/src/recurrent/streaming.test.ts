/** Pieces of any length, and single steps, give what one forward pass gives, over padding too; the stream owns its state and nothing else. */
import { lengthMask, Rng, UsageError, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tcn } from '../convolution/tcn.js';
import { gru, Recurrent, Stacked, Zoneout } from '../index.js';
import { LSTMCell } from './lstm-cell.js';
import { Streaming } from './streaming.js';

const sizes = { inputSize: 3, hiddenSize: 4 };
const layers = {
  'two LSTM layers with zoneout': () => {
    const zoned = new Zoneout({ cell: new LSTMCell({ ...sizes, rng: new Rng(1) }), rate: 0.3 });
    const above = new Recurrent({ cell: new LSTMCell({ inputSize: 4, hiddenSize: 4, rng: new Rng(2) }) });
    return new Stacked<unknown>({ layers: [new Recurrent({ cell: zoned }), above] });
  },
  GRU: () => gru({ ...sizes, rng: new Rng(1) }),
  TCN: () => tcn({ ...sizes, kernel: 3, layers: 2, rng: new Rng(1) }),
};

describe.each(backendsHere())('Streaming on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  const values = () =>
    tf.tensor3d(
      Array.from({ length: 48 }, (_, i) => (i < 39 ? Math.sin(i) : Number.NaN)),
      [2, 8, 3],
    );

  it.each(Object.entries(layers))('%s', async (_, make) => {
    const layer = make().train(); // and yet it streams in evaluation mode
    const stream = new Streaming<unknown>({ layer: layer as never, batch: 2 });
    const [x, mask] = [values(), lengthMask([8, 5])];
    const whole = layer.train(false).forward({ values: x, mask }).output.values;
    layer.train();
    const piece = (from: number, size: number) => ({
      values: tf.slice(x, [0, from], [-1, size]),
      mask: tf.slice(mask, [0, from], [-1, size]),
    });
    const outputs = [[0, 3] as const, [3, 1] as const].map(([from, size]) => stream.feed(piece(from, size)).values);
    const pushed = stream.push(tf.reshape(tf.slice(x, [0, 4], [2, 1]), [2, 3]));
    outputs.push(tf.expandDims(pushed, 1), stream.feed(piece(5, 3)).values);
    await expectClose(tf.concat(outputs, 1), whole, 1e-5);
    expect(layer.training).toBe(true);

    stream.reset(tf.tensor1d([0, 1], 'bool'));
    const [, second] = tf.split(stream.feed(piece(0, 3)).values, 2);
    await expectClose(second!, tf.slice(whole, [1, 0], [1, 3]), 1e-5, 'the row that began anew');
    stream.reset();
    await expectClose(stream.feed(piece(0, 3)).values, tf.slice(whole, [0, 0], [2, 3]), 1e-5, 'both rows anew');
    const first = piece(0, 3);
    await expectNoLeak(() => {
      tf.dispose(stream.feed(first).values);
      stream.reset();
    });
    stream.dispose();
    expect(() => stream.feed(first)).toThrow(UsageError);
    await expectNoLeak(() => new Streaming({ layer: layer as never }).dispose());
  });

  it('a piece that does not fit leaves the stream as it was', async () => {
    const stream = new Streaming({ layer: gru(sizes), batch: 2 });
    const before = await stream.state[0]!.data();
    expect(() => stream.feed({ values: tf.zeros([1, 2, 3]), mask: lengthMask([2]) })).toThrow(
      /must have 2 rows, got 1/,
    );
    expect(() => stream.feed({ values: tf.zeros([2, 2, 5]), mask: lengthMask([2, 2]) })).toThrow(/must have shape/);
    expect(Array.from(await stream.state[0]!.data())).toEqual(Array.from(before));
    const both = gru({ ...sizes, bidirectional: true });
    for (const layer of [both, new Stacked({ layers: [gru(sizes), both as never] }), both.train]) {
      expect(() => new Streaming({ layer: layer as never })).toThrow(/`layer` must be/);
    }
  });
});

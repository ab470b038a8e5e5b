import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend/index.js';
import { carry, mapState, stateTensors } from './cell.js';
import { backendsHere, expectClose, expectNoLeak } from './testing/index.js';

/** A state of every structure: a tensor, a list and a record, of ranks 1 to 3. */
const state = (value: number) => ({
  hidden: tf.fill([2, 3], value),
  layers: [tf.fill([2], value), { memory: tf.fill([2, 2, 2], value) }] as const,
});

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('carry takes the next state where the step is real, whatever stands elsewhere', async () => {
    const mask = tf.tensor1d([1, 0], 'bool');
    const carried = carry(mask, state(5), state(3));
    for (const tensor of stateTensors(carried)) {
      const half = tensor.size / 2;
      await expectClose(tf.reshape(tensor, [2, half]), [new Array(half).fill(5), new Array(half).fill(3)], 0);
    }
    await expectClose(carry(mask, tf.tensor1d([5, Number.NaN]), tf.tensor1d([Number.NaN, 3])), [5, 3], 0);
  });

  it('carry fills the front of a row whose state has grown beside it, and keeps what is no tensor', async () => {
    const state = (rows: number[][], steps: number) => ({ cache: tf.tensor2d(rows), steps });
    const mask = tf.tensor1d([1, 0], 'bool');
    const carried = carry(
      mask,
      state(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        3,
      ),
      state(
        [
          [7, 8],
          [9, 10],
        ],
        2,
      ),
    );
    await expectClose(
      carried.cache,
      [
        [1, 2, 3],
        [0, 9, 10],
      ],
      0,
    );
    expect(carried.steps).toBe(3);
  });

  it('leaves nothing behind', () =>
    expectNoLeak(() => tf.tidy(() => void carry(tf.tensor1d([1, 0], 'bool'), state(1), state(2)))));
});

describe('mapState', () => {
  it('keeps the structure and pairs what stands at the same place', () => {
    const sum = mapState((a, b) => tf.add(a, b), state(1), state(2));
    expect(Array.isArray(sum.layers)).toBe(true);
    expect(stateTensors(sum).map((tensor) => [tensor.shape, tensor.dataSync()[0]])).toEqual([
      [[2, 3], 3],
      [[2], 3],
      [[2, 2, 2], 3],
    ]);
  });

  it('takes a single tensor, and a state without any', () => {
    expect(mapState((x) => tf.mul(x, 2), tf.scalar(4)).dataSync()[0]).toBe(8);
    expect(mapState((x) => x, { layers: [] })).toEqual({ layers: [] });
    expect(stateTensors([])).toEqual([]);
  });
});

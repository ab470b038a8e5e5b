/** A checkpointed layer is the plain one, whatever the number of segments, and keeps less. */
import { Module, Rng, sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyRecurrentLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Dropout, GRUCell, gru, Linear, lstm, Recurrent, type RecurrentCell, simpleRNN } from '../index.js';

/** The same arithmetic; only sums over time are taken in another order. */
const tolerance = 1e-6;

const sizes = { inputSize: 3, hiddenSize: 5 };
const options = (checkpoint: boolean | number) => ({ ...sizes, rng: new Rng(2), checkpoint });
const networks = {
  'simple RNN': (checkpoint: boolean | number) => simpleRNN(options(checkpoint)),
  'GRU, reset after': (checkpoint: boolean | number) => gru(options(checkpoint)),
  'GRU, reset before': (checkpoint: boolean | number) => gru({ ...options(checkpoint), reset: 'before' }),
  'two LSTM layers': (checkpoint: boolean | number) => lstm({ ...options(checkpoint), layers: 2, dropout: 0.5 }),
  'LSTM in both directions': (checkpoint: boolean | number) => lstm({ ...options(checkpoint), bidirectional: true }),
  'a cell of the user': (checkpoint: boolean | number) => new Recurrent({ cell: new Counting(), checkpoint }),
};

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  describe.each(Object.entries(networks))('%s', (_, make) => {
    it.each([true, 1, 3, 99])('equals the plain layer in values and gradients, checkpoint: %s', async (checkpoint) => {
      const [expected, actual] = [false, checkpoint].map((option) => {
        const layer = make(option);
        const found = tf.tidy(() => observed(layer));
        layer.dispose();
        return found;
      });
      expect(actual).toHaveLength(expected!.length);
      for (const [i, numbers] of expected!.entries()) await expectClose(actual![i]!, numbers, tolerance, `result ${i}`);
      tf.dispose([expected, actual]);
    });
  });

  it('keeps the laws of recurrent layers', () =>
    verifyRecurrentLayer<unknown>(() => lstm({ ...options(2), layers: 2 }), 3));

  it('repeats its random draws, and leaves the streams where the plain layer does', async () => {
    const [plain, other] = [false, true].map((checkpoint) => {
      const layer = new Recurrent({ cell: new Dropping(), checkpoint }).train();
      const found = tf.tidy(() => observed(layer));
      return { found, next: [...layer.namedStreams()].map(([, stream]) => stream.int32()) };
    });
    for (const [i, expected] of plain!.found.entries()) {
      await expectClose(other!.found[i]!, expected, tolerance, `result ${i}`);
    }
    expect(other!.next).toEqual(plain!.next);
  });

  it('says that it has no second derivative', () => {
    const layer = gru(options(2));
    const f = (x: tf.Tensor) => tf.sum(layer.forward(sequence(x as tf.Tensor3D)).output.values);
    expect(() => tf.grad(tf.grad(f))(tf.ones([2, 4, 3]))).toThrow(/no second derivative/);
  });

  it('names a variable that traversal does not find', () => {
    const weight = tf.variable(tf.ones([3, 5]));
    const cell: RecurrentCell<tf.Tensor2D> = {
      outputSize: 5,
      initialState: (batch) => tf.zeros([batch, 5]),
      step(x, h) {
        const state = tf.add<tf.Tensor2D>(h, tf.matMul(x, weight as tf.Tensor2D));
        return { output: state, state };
      },
    };
    const layer = new Recurrent({ cell, checkpoint: true });
    expect(() => observed(layer)).toThrow(/uses the variable .* in none of its fields/);
  });

  it('keeps fewer numbers for the way back, and none afterwards', async () => {
    const kept = (checkpoint: boolean) => {
      const layer = lstm(options(checkpoint));
      let bytes = 0;
      const x = tf.ones<tf.Rank.R3>([2, 100, 3]);
      const loss = () => tf.sum(layer.forward(sequence(x)).output.values) as tf.Scalar;
      const watch = tf.customGrad((y) => ({
        value: tf.clone(y as tf.Tensor),
        gradFunc(dy) {
          bytes = tf.memory().numBytes;
          return dy;
        },
      }));
      const before = tf.memory().numBytes;
      tf.tidy(() => tf.variableGrads(() => watch(loss()) as tf.Scalar));
      return bytes - before;
    };
    expect(kept(true)).toBeLessThan(kept(false) / 2);
    const layer = lstm(options(true));
    await expectNoLeak(() => tf.tidy(() => void observed(layer)));
  });
});

it('is a yes, a no or a number', () => {
  expect(() => lstm({ ...options(0) })).toThrow(/`checkpoint` must be a whole number of at least 1/);
  expect(() => lstm({ ...options('yes' as never) })).toThrow(/`checkpoint` must be a whole number of at least 1/);
});

/** Outputs, states, and the gradients of a sum of squares for the input, the initial state and every variable, over ragged rows with NaN at padding. */
function observed(layer: ReturnType<(typeof networks)[keyof typeof networks]> | Recurrent<unknown>): tf.Tensor[] {
  const [values, mask] = ragged();
  const initial = layer.initialState(3) as never;
  const variables = [...layer.namedVariables()].map(([, variable]) => variable);
  const run = () => {
    const { output, state } = layer.forward({ values, mask }, initial);
    return [output.values, ...tensorsIn(state)];
  };
  const loss = () => tf.addN(run().map((tensor) => tf.sum(tf.square(tf.cast(tensor, 'float32'))))) as tf.Scalar;
  const xs = [values, ...tensorsIn(initial), ...variables];
  return [
    ...run(),
    ...tf
      .engine()
      .gradients(loss, xs, undefined, true)
      .grads.filter((gradient) => gradient),
  ];
}

function ragged(): [values: tf.Tensor3D, mask: tf.Tensor2D] {
  const rows = [
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 1, 1, 0],
  ];
  const rng = new Rng(5);
  const steps = rows.map((row) => row.map((real) => [1, 2, 3].map(() => (real ? rng.normal() : Number.NaN))));
  return [tf.tensor3d(steps), tf.tensor2d(rows, undefined, 'bool')];
}

function tensorsIn(state: unknown): tf.Tensor[] {
  if (state instanceof tf.Tensor) return [state];
  return Object.values(state as object).flatMap(tensorsIn);
}

/** No `scan`, and a state of several types and ranks. */
class Counting extends Module implements RecurrentCell<{ level: tf.Tensor3D; steps: tf.Tensor1D }> {
  readonly outputSize = 5;
  readonly input: Linear = new Linear({ inputSize: 3, outputSize: 10, rng: new Rng(4) });

  initialState(batch: number): { level: tf.Tensor3D; steps: tf.Tensor1D } {
    return { level: tf.ones([batch, 2, 5]), steps: tf.zeros([batch], 'int32') };
  }

  step(x: tf.Tensor2D, state: { level: tf.Tensor3D; steps: tf.Tensor1D }) {
    const [batch] = x.shape;
    const level = tf.add<tf.Tensor3D>(tf.mul(state.level, 0.9), tf.reshape(this.input.forward(x), [batch, 2, 5]));
    const steps = tf.add<tf.Tensor1D>(state.steps, tf.ones([batch], 'int32'));
    const output = tf.tanh<tf.Tensor2D>(tf.mul(tf.sum(level, 1), tf.reshape(tf.cast(steps, 'float32'), [batch, 1])));
    return { output, state: { level, steps } };
  }
}

/** Draws at every step. */
class Dropping extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly outputSize = 5;
  readonly cell: GRUCell = new GRUCell({ ...sizes, rng: new Rng(2) });
  readonly dropout: Dropout = new Dropout({ rate: 0.4, rng: new Rng(3) });

  initialState(batch: number): tf.Tensor2D {
    return this.cell.initialState(batch);
  }

  step(x: tf.Tensor2D, state: tf.Tensor2D) {
    return this.cell.step(this.dropout.forward(x), state);
  }
}

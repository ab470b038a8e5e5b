/** A carried state is the state of the whole sequence, without its gradient. */
import { adam, dataset, lengthMask, Module, memoryStorage, Rng, type Sequence, train, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyRecurrentLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Embedding, gru, Linear, type LSTMState, lstm, maskedCrossEntropy, Truncated } from '../index.js';

/** Float32: the same steps, cut elsewhere. */
const tolerance = 1e-6;

const sizes = { inputSize: 3, hiddenSize: 5 };
const make = () => new Truncated({ layer: lstm({ ...sizes, layers: 2, rng: new Rng(1) }), batch: 2 });

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('is its layer in evaluation', () => verifyRecurrentLayer<readonly LSTMState[]>(make, 3));

  it('window after window gives what the whole sequence gives, over padding too', async () => {
    const layer = make().train();
    const whole = layer.layer.forward(sequence());
    const found = windows(sequence(), 3).map((window) => layer.forward(window).output.values);
    await expectClose(tf.concat(found, 1), whole.output.values, tolerance);
    await expectClose(layer.carried.values[1]!.cell, whole.state[1]!.cell, tolerance);
  });

  it('has the gradient of each window by itself', async () => {
    const layer = make().train();
    const [first, second] = windows(sequence(), 3);
    const parameters = layer.trainableVariables().map(([, variable]) => variable);
    const carried = () => tf.add(squares(layer.forward(first!)), squares(layer.forward(second!)));
    const { grads } = tf.variableGrads(() => carried() as tf.Scalar, parameters);
    const state = layer.layer.forward(first!).state; // off the tape: numbers
    const cut = () => tf.add(squares(layer.layer.forward(first!)), squares(layer.layer.forward(second!, state)));
    const expected = tf.variableGrads(() => cut() as tf.Scalar, parameters).grads;
    expect(Object.keys(grads)).toEqual(Object.keys(expected));
    for (const [name, numbers] of Object.entries(expected)) await expectClose(grads[name]!, numbers, tolerance, name);
  });

  it('begins anew where it is told to, in all rows or in some', async () => {
    const layer = make().train();
    const outputs = () => layer.forward(sequence()).output.values;
    const fresh = outputs();
    const later = outputs();
    layer.reset();
    await expectClose(outputs(), fresh, 0);
    layer.reset(tf.tensor1d([0, 1], 'bool'));
    await expectClose(outputs(), tf.concat([tf.slice(later, 0, 1), tf.slice(fresh, 1, 1)]), 0);
  });

  it('leaves a state that it is given to the one who gives it', async () => {
    const layer = make().train();
    const first = layer.forward(sequence(), layer.initialState(2));
    await expectClose(layer.forward(sequence()).output.values, first.output.values, 0);
  });

  it('holds as much after 200 steps as after one', () => {
    const layer = make().train();
    const step = () => tf.tidy(() => void tf.variableGrads(() => squares(layer.forward(sequence())) as tf.Scalar));
    return expectNoLeak(step, 200);
  });

  it('is saved with the model: a resumed run is bit-identical, in mid-text', async () => {
    const run = async (storage: ReturnType<typeof memoryStorage>, seed: number, steps = Infinity) => {
      const model = new Echo(seed);
      const checkpoints = { storage, name: 'echo', resume: true, everySteps: 1 };
      const losses: number[] = [];
      const data = dataset(() => batches(new Rng(3), 4, 2));
      const loss = (batch: Batch) => model.loss(batch);
      for await (const event of train({
        model,
        data,
        loss,
        optimizer: adam({ learningRate: 0.01 }),
        epochs: 1,
        checkpoints,
      })) {
        if (event.type === 'step') losses.push(event.loss);
        if (event.type === 'checkpoint' && event.step >= steps) break;
      }
      return losses;
    };
    const expected = await run(memoryStorage(), 1);
    const storage = memoryStorage();
    expect([...(await run(storage, 1, 3)), ...(await run(storage, 99))]).toEqual(expected);
  });

  it('says which rows or options do not fit', () => {
    const layer = make().train();
    expect(() => layer.forward({ values: tf.ones([3, 2, 3]), mask: tf.ones([3, 2], 'bool') })).toThrow(
      /must have 2 rows/,
    );
    expect(() => layer.reset(tf.ones([3]))).toThrow(/`rows` must have 2 rows, got 3/);
    const bidirectional = { forward: () => {}, initialState: () => {} };
    expect(() => new Truncated({ layer: bidirectional as never, batch: 2 })).toThrow(/`layer` must be a layer with/);
  });
});

it('learns to repeat what it read before the window: the state carries it', async () => {
  await useBackend('wasm');
  const model = new Echo(1);
  const data = dataset(() => batches(new Rng(3), 300, 1));
  const losses: number[] = [];
  for await (const event of train({
    model,
    data,
    loss: (batch) => model.loss(batch),
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 1,
  })) {
    if (event.type === 'step') losses.push(event.loss);
  }
  expect(Math.max(...losses.slice(0, 5))).toBeGreaterThan(1);
  expect(Math.max(...losses.slice(-5))).toBeLessThan(0.1);
});

const echo = { symbols: 4, delay: 2, rows: 8, steps: 6 };

type Batch = { ids: tf.Tensor2D; targets: tf.Tensor2D; starts: tf.Tensor1D };

/** Says at each step what it read `delay` steps before; at the first steps of a window only the carried state knows. */
class Echo extends Module {
  readonly embedding: Embedding;
  readonly recurrent: Truncated<readonly tf.Tensor2D[]>;
  readonly output: Linear;

  constructor(seed: number) {
    super();
    const rng = new Rng(seed);
    this.embedding = new Embedding({ vocabularySize: echo.symbols, size: 8, rng });
    this.recurrent = new Truncated({ layer: gru({ inputSize: 8, hiddenSize: 24, rng }), batch: echo.rows });
    this.output = new Linear({ inputSize: 24, outputSize: echo.symbols, rng });
  }

  loss({ ids, targets, starts }: Batch): tf.Scalar {
    this.recurrent.reset(starts);
    const mask = tf.ones<tf.Rank.R2>(ids.shape, 'bool');
    const { output } = this.recurrent.forward({ values: this.embedding.forward(ids), mask });
    return maskedCrossEntropy(this.output.forward(output.values), targets, mask);
  }
}

/** Texts of `windows` windows each. */
function* batches(rng: Rng, windows: number, texts: number): Generator<Batch> {
  const { symbols, delay, rows, steps } = echo;
  for (let text = 0; text < texts; text++) {
    const draws = Array.from({ length: rows }, () => Array.from({ length: windows * steps }, () => rng.below(symbols)));
    const delayed = draws.map((row) => [...new Array<number>(delay).fill(0), ...row]);
    const cut = (from: readonly number[][], i: number) =>
      tf.tensor2d(
        from.map((row) => row.slice(i * steps, (i + 1) * steps)),
        [rows, steps],
        'int32',
      );
    for (let i = 0; i < windows; i++) {
      yield { ids: cut(draws, i), targets: cut(delayed, i), starts: tf.fill([rows], i === 0 ? 1 : 0) };
    }
  }
}

/** Two rows of 8 steps, one shorter, NaN at padding. */
function sequence(): Sequence {
  const rng = new Rng(7);
  const lengths = [8, 5];
  const rows = lengths.map((length) =>
    Array.from({ length: 8 }, (_, t) => [1, 2, 3].map(() => (t < length ? rng.normal() : Number.NaN))),
  );
  return { values: tf.tensor3d(rows), mask: lengthMask(lengths) };
}

function windows({ values, mask }: Sequence, steps: number): Sequence[] {
  const [, T] = mask.shape;
  return Array.from({ length: Math.ceil(T / steps) }, (_, i) => {
    const size = Math.min(steps, T - i * steps);
    return {
      values: tf.slice(values, [0, i * steps], [-1, size]),
      mask: tf.slice(mask, [0, i * steps], [-1, size]),
    };
  });
}

function squares({ output }: { output: Sequence }): tf.Tensor {
  return tf.sum(tf.square(output.values));
}

/** The newer parts learn, dropouts included: to name at each step the symbol of two steps before. */
import { adam, dataset, fit, Module, type RecurrentLayer, Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import {
  Embedding,
  LayerNormLSTMCell,
  Linear,
  LockedDropout,
  LSTMCell,
  maskedCrossEntropy,
  PeepholeLSTMCell,
  Recurrent,
  Residual,
  Stacked,
  tcn,
  WeightDropout,
  Zoneout,
} from '../index.js';

const [symbols, delay, size, rows, time] = [4, 2, 24, 16, 8];
const rng = () => new Rng(1);
const sizes = { inputSize: size, hiddenSize: size };

const networks: Record<string, () => RecurrentLayer<unknown>> = {
  TCN: () => tcn({ ...sizes, kernel: 2, layers: 2, dropout: 0.05, rng: rng() }),
  'weight-dropped LSTM between locked dropouts': () =>
    stack(
      new LockedDropout({ size, rate: 0.05, rng: rng() }),
      new Recurrent({
        cell: new WeightDropout({ cell: new LSTMCell({ ...sizes, rng: rng() }), rate: 0.2, rng: rng() }),
      }),
      new LockedDropout({ size, rate: 0.05, rng: rng() }),
    ),
  'residual layer-norm LSTM with zoneout': () =>
    stack(
      new Residual(
        new Recurrent({
          cell: new Zoneout({ cell: new LayerNormLSTMCell({ ...sizes, rng: rng() }), rate: 0.05, rng: rng() }),
        }),
      ),
    ),
  'peephole LSTM': () => new Recurrent({ cell: new PeepholeLSTMCell({ ...sizes, rng: rng() }) }),
};

beforeAll(async () => void (await useBackend('wasm')));

it.each(Object.entries(networks))('%s', async (_, make) => {
  const model = new Echo(make());
  const data = dataset(() => batches(new Rng(2), 100));
  const loss = (batch: Batch) => model.loss(batch);
  await fit({ model, data, loss, optimizer: adam({ learningRate: 0.02 }), epochs: 1 });
  const [unseen] = [...batches(new Rng(99), 1)];
  const found = tf.tidy(() => model.train(false).loss(unseen!).dataSync()[0]!);
  tf.dispose(Object.values(unseen!));
  expect(found).toBeLessThan(0.3); // a guess costs 1.39
});

type Batch = { ids: tf.Tensor2D; targets: tf.Tensor2D };

class Echo extends Module {
  readonly embedding: Embedding = new Embedding({ vocabularySize: symbols, size, rng: rng() });
  readonly layer: RecurrentLayer<unknown>;
  readonly output: Linear = new Linear({ inputSize: size, outputSize: symbols, rng: rng() });

  constructor(layer: RecurrentLayer<unknown>) {
    super();
    this.layer = layer;
  }

  loss({ ids, targets }: Batch): tf.Scalar {
    const mask = tf.ones<tf.Rank.R2>(ids.shape, 'bool');
    const { values } = this.layer.forward({ values: this.embedding.forward(ids), mask }).output;
    return maskedCrossEntropy(this.output.forward(values), targets, mask);
  }
}

function* batches(draws: Rng, count: number): Generator<Batch> {
  for (let i = 0; i < count; i++) {
    const read = Array.from({ length: rows }, () => Array.from({ length: time }, () => draws.below(symbols)));
    const delayed = read.map((row) => [...new Array<number>(delay).fill(0), ...row].slice(0, time));
    yield { ids: tf.tensor2d(read, [rows, time], 'int32'), targets: tf.tensor2d(delayed, [rows, time], 'int32') };
  }
}

function stack(...layers: RecurrentLayer<unknown>[]): RecurrentLayer<unknown> {
  return new Stacked({ layers });
}

/** The whole path: learn to turn sequences round, write greedily, leave nothing behind. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import { adam, DataError, dataset, OptionError, Rng, ShapeError, train, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BahdanauDecoder,
  Embedding,
  EncoderDecoder,
  GRUCell,
  LuongDecoder,
  lstm,
  type TranslationBatch,
} from '../index.js';

const [vocabularySize, longest] = [8, 5];
const [start, end] = [1, 2];

function reverser(kind: 'Luong' | 'Bahdanau', dropout = 0) {
  const rng = new Rng(1);
  const [size, hiddenSize] = [12, 32];
  const embedding = () => new Embedding({ vocabularySize, size, rng });
  const encoder = lstm({ inputSize: size, hiddenSize: hiddenSize / 2, bidirectional: true, rng });
  const scorer = new AdditiveScore({ querySize: hiddenSize, keySize: hiddenSize, size: 24, rng });
  const parts = { attention: new Attention({ scorer }), contextSize: hiddenSize, inputSize: size, rng };
  const cell = (inputSize: number) => new GRUCell({ inputSize, hiddenSize, rng });
  const decoder =
    kind === 'Luong'
      ? new LuongDecoder({ ...parts, cell: cell(size) })
      : new BahdanauDecoder({ ...parts, cell: cell(size + hiddenSize) });
  return new EncoderDecoder({ source: embedding(), target: embedding(), encoder, decoder, dropout, rng });
}

/** Sequences of 2 to 5 letters (ids from 3), and the same backwards. */
function pairs(rng: Rng, count: number) {
  const rows = Array.from({ length: count }, () =>
    Array.from({ length: 2 + rng.below(longest - 1) }, () => 3 + rng.below(vocabularySize - 3)),
  );
  const ids = (lists: number[][], time: number) =>
    tf.tensor2d(
      lists.map((row) => [...row, ...new Array<number>(time - row.length).fill(0)]),
      [count, time],
      'int32',
    );
  const targets = rows.map((row) => [start, ...row.toReversed(), end]);
  const [source, target] = [ids(rows, longest), ids(targets, longest + 2)];
  return { rows, batch: { source, target, sourceMask: tf.cast(source, 'bool'), targetMask: tf.cast(target, 'bool') } };
}

it.each(['Luong', 'Bahdanau'] as const)(
  '%s learns to write backwards, and leaks nothing over 200 steps',
  async (kind) => {
    await useBackend('wasm');
    const model = reverser(kind);
    const rng = new Rng(2);
    const data = dataset(function* () {
      for (let i = 0; i < 220; i++) yield pairs(rng, 32).batch;
    });
    const loss = (batch: TranslationBatch) => model.loss(batch);
    const losses: number[] = [];
    const tensors: number[] = [];
    for await (const event of train({ model, data, loss, optimizer: adam({ learningRate: 0.01 }), epochs: 1 })) {
      if (event.type !== 'step') continue;
      losses.push(event.loss);
      tensors.push(tf.memory().numTensors);
    }
    expect(new Set(tensors.slice(1)).size).toBe(1);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
    const { rows, batch } = pairs(rng, 20);
    const transcripts = await model.greedy(batch, { start, end, maxLength: longest + 1 });
    const right = transcripts.filter(({ ids }, i) => String(ids) === String(rows[i]!.toReversed()));
    expect(right.length).toBeGreaterThanOrEqual(18);
  },
);

describe.each(backendsHere())('EncoderDecoder on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(['Luong', 'Bahdanau'] as const)('%s: forward says what greedy writes, padding or not', async (kind) => {
    await verifyModule(() => reverser(kind));
    const model = reverser(kind, 0.5);
    const { batch } = pairs(new Rng(3), 4);
    const options = { start, end, maxLength: 3 };
    const transcripts = await model.train().greedy(batch, options);
    expect(model.training && model.dropout.training).toBe(true);
    model.train(false);
    for (const [i, { ids, weights }] of transcripts.entries()) {
      const source = tf.slice(batch.source, [i, 0], [1, -1]);
      const sourceMask = tf.slice(batch.sourceMask, [i, 0], [1, -1]);
      const target = tf.tensor2d([[start, ...ids]], undefined, 'int32');
      const best = await tf.argMax(model.forward({ source, sourceMask, target }), 2).data();
      expect([...best].slice(0, ids.length)).toEqual(ids);
      const real = await sourceMask.data();
      for (const row of weights)
        await expectClose(
          row.reduce((sum, x, k) => sum + (real[k] ? x : 0), 0),
          1,
          1e-5,
        );
    }
    await expectNoLeak(() => model.greedy(batch, options));
    const doubled = tf.concat([batch.target, tf.zeros([4, 2], 'int32')], 1) as tf.Tensor2D;
    const wider = tf.concat([batch.targetMask, tf.zeros([4, 2], 'bool')], 1) as tf.Tensor2D;
    await expectClose(model.loss({ ...batch, target: doubled, targetMask: wider }), model.loss(batch), 1e-5);
    const [, T] = batch.targetMask.shape;
    for (const bits of [
      [0, 1],
      [1, 0, 1],
    ]) {
      const row = tf.pad(tf.tensor2d([bits], undefined, 'int32'), [
        [3, 0],
        [0, T - bits.length],
      ]);
      const targetMask = tf.cast(row, 'bool') as tf.Tensor2D;
      const begins = `at sequence 3, step ${bits.length - 1} it begins anew`;
      if (['cpu', 'wasm'].includes(backend)) expect(() => model.loss({ ...batch, targetMask })).toThrow(begins);
    }
  });

  it('stops when every row has ended', async () => {
    const model = reverser('Luong');
    const bias = model.output.bias!;
    bias.assign(tf.tensor1d(Array.from({ length: vocabularySize }, (_, id) => (id === end ? 1e3 : 0))));
    const { batch } = pairs(new Rng(3), 2);
    expect(await model.greedy(batch, { start, end, maxLength: 1e9 })).toEqual([
      { ids: [], weights: [] },
      { ids: [], weights: [] },
    ]);
  });
});

describe('bad input is named', () => {
  let model: ReturnType<typeof reverser>;
  let batch: ReturnType<typeof pairs>['batch'];
  const empty = () => tf.zeros<tf.Rank.R2>([0, 4], 'int32');
  const instant = () => tf.zeros<tf.Rank.R2>([2, 0], 'int32');
  beforeAll(async () => {
    await useBackend('cpu');
    model = reverser('Luong');
    batch = pairs(new Rng(3), 2).batch;
  });
  it.each<[RegExp, typeof ShapeError, () => unknown]>([
    [
      /`target` must have shape \[B=2, T\], got \[1,7\]/,
      ShapeError,
      () => model.loss({ ...batch, target: tf.slice(batch.target, 0, 1) }),
    ],
    [/`source` is an empty batch/, ShapeError, () => model.forward({ source: empty(), target: empty() })],
    [/`source` has no time steps/, ShapeError, () => model.forward({ source: instant(), target: batch.target })],
    [
      /`target` must be at least the start/,
      ShapeError,
      () => model.loss({ source: batch.source, target: tf.ones([2, 1], 'int32') }),
    ],
    [
      /`ids` must be whole numbers from 0 to 7/,
      DataError,
      () => model.forward({ ...batch, source: tf.fill([2, 5], 8, 'int32') }),
    ],
    [/unknown option `heads`/, OptionError, () => new EncoderDecoder({ encoder: model.encoder, heads: 2 } as never)],
    [
      /`encoder` must be a layer/,
      OptionError,
      () =>
        new EncoderDecoder({
          source: model.source,
          target: model.target,
          encoder: new GRUCell({ inputSize: 1, hiddenSize: 1 }) as never,
          decoder: model.decoder,
        }),
    ],
  ])('%s', (message, type, run) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });

  it('greedy', async () => {
    await expect(model.greedy(batch, { start, end, maxLength: 0 })).rejects.toThrow(/`maxLength` must be/);
    await expect(model.greedy(batch, { start: 8, end, maxLength: 3 })).rejects.toThrow(/`start` must be an id below 8/);
    await expect(model.greedy({ source: empty() }, { start, end, maxLength: 3 })).rejects.toThrow(ShapeError);
    await expect(model.greedy(batch, { start, end, maxLength: 3, beams: 2 } as never)).rejects.toThrow(OptionError);
  });
});

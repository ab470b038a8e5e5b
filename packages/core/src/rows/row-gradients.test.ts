/** Tables read by rows train as tables with whole gradients do, and cost what was read. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { dataset } from '../dataset.js';
import { normal } from '../initializers.js';
import { Module } from '../module.js';
import {
  accumulate,
  adam,
  averageWeights,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  sgd,
} from '../optimizers/index.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { backendsHere, expectClose } from '../testing/index.js';
import { fit, train } from '../train/index.js';
import { gatherRows } from './gather-rows.js';

const V = 50;
const steps = [
  [3, 7, 3],
  [0, 49, 7],
  [3, 1, 2],
];
/** float32, a few steps. */
const tolerance = 1e-6;

type Read = (table: tf.Variable, ids: tf.Tensor) => tf.Tensor;
const whole: Read = (table, ids) => tf.gather(table as tf.Tensor, ids as tf.Tensor1D);

class Table extends Module {
  readonly table = parameter([V, 4], normal(1), new Rng(1)) as tf.Variable<tf.Rank.R2>;
  readonly weight = parameter([4, 2], normal(1), new Rng(2)) as tf.Variable<tf.Rank.R2>;
}

/** A loss that reads the table twice, by `read`. */
const twice = (model: Table, read: Read) => (ids: number[]) => {
  const rows = tf.add(read(model.table, tf.tensor1d(ids, 'int32')), read(model.table, tf.tensor1d([3, 0, 9], 'int32')));
  return tf.sum(tf.square(tf.matMul(tf.tanh(rows) as tf.Tensor2D, model.weight))) as tf.Scalar;
};

async function trained(optimizer: GradientTransformation, read: Read, lossOf = twice): Promise<Table> {
  const model = new Table();
  await fit({ model, data: dataset(() => steps), loss: lossOf(model, read), optimizer, epochs: 2 });
  return model;
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const same: Record<string, GradientTransformation> = {
    sgd: sgd({ learningRate: 0.1 }),
    'clipped sgd': chain(clipByGlobalNorm(0.5), sgd({ learningRate: 0.1 })),
    'accumulated adam': accumulate(2, adam({ learningRate: 0.1 })),
    'averaged sgd': chain(sgd({ learningRate: 0.1 }), averageWeights(0.9)),
  };
  it.each(Object.entries(same))('%s: as with whole gradients', async (_, optimizer) => {
    const [rows, dense] = [await trained(optimizer, gatherRows), await trained(optimizer, whole)];
    await expectClose(rows.table, dense.table, tolerance);
    await expectClose(rows.weight, dense.weight, tolerance);
  });

  it('adam: rows that were not read keep their values, the others move as if alone', async () => {
    const model = await trained(adam({ learningRate: 0.1 }), gatherRows);
    const [before, after] = [new Table().table.dataSync(), model.table.dataSync()];
    const moved = Array.from({ length: V }, (_, id) => id).filter((id) => after[4 * id] !== before[4 * id]);
    expect(moved).toEqual([0, 1, 2, 3, 7, 9, 49]);
  });

  it('a table that is also read whole has its whole gradient', async () => {
    const tied = (model: Table, read: Read) => (ids: number[]) => {
      const scores = tf.matMul(read(model.table, tf.tensor1d(ids, 'int32')) as tf.Tensor2D, model.table, false, true);
      return tf.mean(tf.square(scores)) as tf.Scalar;
    };
    const adamOf = () => adam({ learningRate: 0.01 });
    const [rows, dense] = [await trained(adamOf(), gatherRows, tied), await trained(adamOf(), whole, tied)];
    await expectClose(rows.table, dense.table, tolerance);
  });

  it('what shares memory with the table stays as it was, and nothing leaks', async () => {
    const model = new Table();
    const first = tf.clone(model.table);
    const before = first.dataSync().slice();
    const tensors = tf.memory().numTensors;
    const data = dataset(() => steps);
    await fit({ model, data, loss: twice(model, gatherRows), optimizer: adam({ learningRate: 0.1 }), epochs: 3 });
    expect(first.dataSync()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('outside of training, and within a gradient of its own, it is a gather', async () => {
    const model = new Table();
    const loss = (read: Read) => () => twice(model, read)([1, 2, 3]);
    const [rows, dense] = [gatherRows, whole].map((read) => tf.variableGrads(loss(read), [model.table]).grads);
    await expectClose(Object.values(rows!)[0]!, Object.values(dense!)[0]!, tolerance);
    const nested = (_: Table, read: Read) => () => {
      const { value } = tf.variableGrads(() => twice(model, read)([1, 2, 3]), [model.table]);
      return tf.add(value, tf.sum(read(model.table, tf.tensor1d([5], 'int32')))) as tf.Scalar;
    };
    const optimizer = sgd({ learningRate: 0.1 });
    await fit({ model, data: dataset(() => [[0]]), loss: nested(model, gatherRows), optimizer, epochs: 1 });
    expect(model.table.dataSync()[4 * 5]).not.toBe(new Table().table.dataSync()[4 * 5]);
  });
});

it.each(['cpu', 'wasm'] as const)(
  'on %s no kernel of a step has a result of the size of the table',
  async (backend) => {
    await useBackend(backend);
    const model = new Table();
    const run = train({
      model,
      data: dataset(() => steps),
      loss: twice(model, gatherRows),
      optimizer: adam({ learningRate: 0.1 }),
      epochs: 5,
    });
    for (let i = 0; i < 4; i++) await run.next(); // slots exist
    const { kernels } = await tf.profile(async () => {
      await run.next();
      return [];
    });
    expect(kernels.flatMap(({ outputShapes }) => outputShapes).filter((shape) => shape?.[0] === V)).toEqual([]);
    await run.return(undefined as never);
  },
);

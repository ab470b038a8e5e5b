import { adam, lengthMask, Optimizer, Rng, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  beamSearch,
  DecoderBlock,
  Embedding,
  LayerNorm,
  Transformer,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
} from '../index.js';

const [start, end, vocabularySize, size] = [0, 1, 7, 8];

function model({ tied = true, dropout = 0, labelSmoothing = 0 } = {}) {
  const rng = new Rng(9);
  const options = { size, heads: 2, feedForward: { hiddenSize: 16 }, dropout, rng };
  const embedding = new Embedding({ vocabularySize, size, rng });
  const norm = () => new LayerNorm({ size });
  return new Transformer({
    source: embedding,
    target: embedding,
    encoder: new TransformerEncoder({ blocks: [new TransformerBlock(options)], positions: 'sinusoidal', norm: norm() }),
    decoder: new TransformerDecoder({
      blocks: [new DecoderBlock(options)],
      positions: 'sinusoidal',
      norm: norm(),
    }),
    tied,
    dropout,
    labelSmoothing,
    rng,
  });
}

const source = () =>
  tf.tensor2d(
    [
      [2, 3, 4, 5],
      [6, 2, 0, 0],
    ],
    [2, 4],
    'int32',
  );
const batch = () => ({
  source: source(),
  sourceMask: lengthMask([4, 2]),
  target: tf.tensor2d(
    [
      [start, 5, 4, 3, 2, end],
      [start, 2, 6, end, 0, 0],
    ],
    [2, 6],
    'int32',
  ),
  targetMask: lengthMask([6, 4]),
});

describe.each(backendsHere())('Transformer on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('is a module, tied or not, and ties by sharing', async () => {
    await verifyModule(() => model());
    await verifyModule(() => model({ tied: false }));
    const names = (made: Transformer) => [...made.namedVariables()].map(([path]) => path);
    expect(names(model()).filter((path) => path.startsWith('target') || path.startsWith('output'))).toEqual([]);
    expect(names(model({ tied: false }))).toContain('output.weight');
  });

  it('writes step by step what it says of known targets', async () => {
    const transformer = model();
    const { target, ...sources } = batch();
    const logits = transformer.forward({ ...sources, target });
    let reading = transformer.encode(sources);
    for (let t = 0; t < 4; t++) {
      const next = transformer.step(tf.reshape(tf.slice(target, [0, t], [2, 1]), [2]), reading);
      await expectClose(next.logits, tf.squeeze(tf.slice(logits, [0, t, 0], [2, 1, -1]), [1]), 1e-4, `step ${t}`);
      reading = next.state;
    }
    transformer.dispose();
  });

  it('looks in a batch with gaps where it looks without them', async () => {
    const transformer = model();
    const { target, ...sources } = batch();
    const mask = tf.tensor2d([1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0], [2, 6], 'bool');
    const [kept, whole] = [
      [0, 2, 3, 5],
      [0, 1, 3, 4],
    ]; // places of row 0 and of row 1
    const { weights, logits } = transformer.decode({ ...sources, target, targetMask: mask });
    expect(weights.shape).toEqual([4, 6, 4]);
    for (const [row, places] of [kept, whole].entries()) {
      const own = <T extends tf.Tensor>(tensor: T) => tf.slice(tensor, row, 1);
      const alone = transformer.decode({
        ...{ source: own(sources.source), sourceMask: own(sources.sourceMask) },
        target: tf.gather(own(target), places, 1) as tf.Tensor2D,
      });
      const ofRow = tf.gather(tf.slice(weights, [2 * row, 0, 0], [2, -1, -1]), places, 1);
      await expectClose(ofRow, alone.weights, 1e-5, `weights of row ${row}`);
      await expectClose(tf.gather(own(logits), places, 1), alone.logits, 1e-4, `logits of row ${row}`);
    }
    transformer.dispose();
  });

  it('smooths labels in training only', async () => {
    const [plain, smooth] = [model(), model({ labelSmoothing: 0.2 })];
    await expectClose(smooth.loss(batch()), plain.loss(batch()), 0);
    const { target, targetMask, ...read } = batch();
    const [given, mask] = [tf.slice(target, [0, 0], [2, 5]), tf.slice(tf.cast(targetMask, 'float32'), [0, 1], [2, 5])];
    const all = tf.logSoftmax(plain.forward({ ...read, target: given, targetMask: mask }));
    const spread = tf.neg(tf.div(tf.sum(tf.mul(tf.mean(all, 2), mask)), tf.sum(mask)));
    await expectClose(
      smooth.train().loss(batch()),
      tf.add(tf.mul(plain.loss(batch()), 0.8), tf.mul(spread, 0.2)),
      1e-5,
    );
  });

  it('learns to turn sequences round; a beam of 1 is greedy, and both look at the source', async () => {
    const transformer = model({ dropout: 0.1 });
    const optimizer = new Optimizer(adam({ learningRate: 0.01 }));
    const parameters = Object.fromEntries(transformer.namedVariables());
    const given = batch();
    transformer.train();
    const step = () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => transformer.loss(given), Object.values(parameters));
        const byPath = Object.entries(parameters).map(([path, variable]) => [path, grads[variable.name]!]);
        optimizer.apply(Object.fromEntries(byPath), parameters);
        return value.dataSync()[0]!;
      });
    let loss = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 200 && loss > 0.1; i++) loss = step();
    const options = { start, end, maxLength: 8 };
    const written = await transformer.greedy(given, options);
    expect(written.map(({ ids }) => ids)).toEqual([
      [5, 4, 3, 2],
      [2, 6],
    ]);
    expect(written[0]!.weights[0]!.length).toBe(4);
    const beams = await beamSearch(transformer.writer(given), { ...options, width: 1 });
    expect(beams.map(([best]) => best!.ids)).toEqual(written.map(({ ids }) => ids));
    const wide = await beamSearch(transformer.writer(given), { ...options, width: 4 });
    expect(wide.map(([best]) => best!.ids)).toEqual(written.map(({ ids }) => ids));
    await expectNoLeak(() => transformer.greedy(given, options));
    transformer.dispose();
    optimizer.dispose();
  });
});

/** Every mechanism works in every place: an RNN decoder, a Transformer-style block, emissions of a CRF, and pooling. */
import { MultiHead } from '@seqloom/attention';
import { type Attends, adam, dataset, fit, lengthMask, Module, Rng, sequence, useBackend } from '@seqloom/core';
import { CRF } from '@seqloom/hmm-crf';
import { BahdanauDecoder, GRUCell, Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mechanisms } from './mechanisms.js';

const [B, T, size, labelCount] = [4, 5, 8, 3];
const lengths = [5, 3, 4, 1];
const make = (name: string) => mechanisms[name]!.make({ size, maxKeys: T, rng: new Rng(1) });
const data = () => {
  const values = tf.randomNormal<tf.Rank.R3>([B, T, size], 0, 1, 'float32', 1);
  return sequence(
    tf.where(tf.expandDims(lengthMask(lengths), 2), values as tf.Tensor, Number.NaN) as tf.Tensor3D,
    lengthMask(lengths),
  );
};
const labels = () => tf.tensor2d([0, 1, 2, 0, 1, 1, 2, 0, 0, 0, 2, 2, 1, 0, 0, 1, 0, 0, 0, 0], [B, T], 'int32');

/** Attends to the batch itself and scores labels. */
class Block extends Module {
  readonly attention: Attends<unknown>;
  readonly output = new Linear({ inputSize: size, outputSize: labelCount, rng: new Rng(2) });
  readonly crf = new CRF({ labelCount, rng: new Rng(3) });
  constructor(attention: Attends<unknown>) {
    super();
    this.attention = attention;
  }
  loss(): tf.Scalar {
    const x = data();
    const clean = tf.where(tf.expandDims(x.mask, 2), x.values, 0) as tf.Tensor3D;
    const { context } = this.attention.attend(clean, this.attention.remember(x));
    const emissions = this.output.forward(tf.add<tf.Tensor3D>(clean, context));
    return this.crf.loss({ values: emissions, mask: x.mask }, labels());
  }
}

/** Writes the labels one by one. */
class Decoder extends Module {
  readonly decoder: BahdanauDecoder<tf.Tensor2D, unknown>;
  readonly output = new Linear({ inputSize: size, outputSize: labelCount, rng: new Rng(2) });
  constructor(attention: Attends<unknown>) {
    super();
    const cell = new GRUCell({ inputSize: 2 * size, hiddenSize: size, rng: new Rng(4) });
    this.decoder = new BahdanauDecoder({ cell, attention, contextSize: size, inputSize: size, rng: new Rng(5) });
  }
  loss(): tf.Scalar {
    const x = data();
    const clean = { values: tf.where(tf.expandDims(x.mask, 2), x.values, 0) as tf.Tensor3D, mask: x.mask };
    const start = this.decoder.start(this.decoder.cell.initialState(B));
    const { output } = this.decoder.forward(clean, start, this.decoder.remember(x));
    const logits = tf.logSoftmax(this.output.forward(output.values));
    const right = tf.sum(tf.mul(logits, tf.oneHot(labels(), labelCount)), -1);
    return tf.neg(tf.mean(tf.mul(right, tf.cast(x.mask, 'float32')))) as tf.Scalar;
  }
}

/** One query reads the whole sequence. */
class Pooling extends Module {
  readonly attention: Attends<unknown>;
  readonly output = new Linear({ inputSize: size, outputSize: 1, rng: new Rng(2) });
  constructor(attention: Attends<unknown>) {
    super();
    this.attention = attention;
  }
  loss(): tf.Scalar {
    const query = tf.randomNormal<tf.Rank.R3>([B, 1, size], 0, 1, 'float32', 2);
    const { context } = this.attention.attend(query, this.attention.remember(data()));
    return tf.mean(tf.squaredDifference(this.output.forward(context), tf.tensor3d([1, -1, 0.5, 2], [B, 1, 1])));
  }
}

const places: Record<string, (name: string) => Module & { loss(): tf.Scalar }> = {
  'an RNN decoder': (name) => new Decoder(make(name)),
  'a Transformer-style block before a CRF': (name) => {
    const inner = mechanisms[name]!.make({ size: size / 2, maxKeys: T, rng: new Rng(1) });
    return new Block(new MultiHead({ inner, heads: 2, size, rng: new Rng(6) }) as Attends<unknown>);
  },
  'emissions of a CRF': (name) => new Block(make(name)),
  pooling: (name) => new Pooling(make(name)),
};

describe.each(Object.entries(places))('in %s', (_, build) => {
  beforeAll(() => useBackend('wasm'));

  it.each(Object.keys(mechanisms))('%s learns', async (name) => {
    const model = build(name);
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    await train(model, losses);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(Math.min(...losses.slice(-3))).toBeLessThan(losses[0]! - 0.02);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

async function train(model: Module & { loss(): tf.Scalar }, losses: number[]): Promise<void> {
  const data = dataset(() => Array.from({ length: 12 }, (_, i) => i));
  const optimizer = adam({ learningRate: 0.05 });
  await fit({ model, data, loss: () => model.loss(), optimizer, epochs: 1 }, [
    (event) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  ]);
}

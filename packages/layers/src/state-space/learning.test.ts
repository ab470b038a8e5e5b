/** Delayed recall: which of four symbols stood at the beginning, after noise has gone by? */
import { adam, chain, clipByGlobalNorm, Module, Optimizer, type RecurrentLayer, Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { Linear } from '../linear.js';
import { MinGRUCell } from '../linear-recurrent/min-gru-cell.js';
import { SRUCell } from '../linear-recurrent/sru-cell.js';
import { Recurrent } from '../recurrent/recurrent.js';
import { LRUBlock } from './lru-block.js';
import { MambaBlock } from './mamba-block.js';
import { S4DBlock } from './s4d-block.js';

const [batch, time, symbols, size, steps] = [16, 12, 4, 16, 120];
const rng = () => new Rng(3);
const gated = { inputSize: size, hiddenSize: size, timescale: time };

const layers: Record<string, () => RecurrentLayer<unknown>> = {
  minGRU: () => new Recurrent({ cell: new MinGRUCell({ ...gated, rng: rng() }) }),
  SRU: () => new Recurrent({ cell: new SRUCell({ ...gated, rng: rng() }) }),
  LRU: () => new LRUBlock({ size, hiddenSize: size, rng: rng() }),
  S4D: () => new S4DBlock({ size, stateSize: 8, rng: rng() }),
  Mamba: () => new MambaBlock({ size, stateSize: 8, rng: rng() }),
};

class Recall extends Module {
  readonly input = new Linear({ inputSize: symbols + 1, outputSize: size, rng: rng() });
  readonly output = new Linear({ inputSize: size, outputSize: symbols, rng: rng() });
  readonly layer: RecurrentLayer<unknown>;

  constructor(layer: RecurrentLayer<unknown>) {
    super();
    this.layer = layer;
  }

  forward(values: tf.Tensor3D): tf.Tensor2D {
    const mask = tf.ones<tf.Rank.R2>([batch, time], 'bool');
    const { output } = this.layer.forward({ values: this.input.forward(values), mask });
    const last = tf.slice(output.values, [0, time - 1, 0], [batch, 1, size]);
    return this.output.forward(tf.reshape<tf.Rank.R2>(last, [batch, size]));
  }
}

/** A symbol at step 0, then noise in a feature of its own. */
function questions(draw: Rng): { x: tf.Tensor3D; y: tf.Tensor2D } {
  const answers = Array.from({ length: batch }, () => draw.below(symbols));
  const x = new Float32Array(batch * time * (symbols + 1));
  for (const [b, answer] of answers.entries()) {
    x[b * time * (symbols + 1) + answer] = 1;
    for (let t = 0; t < time; t++) x[(b * time + t) * (symbols + 1) + symbols] = draw.normal();
  }
  const y = tf.cast(tf.oneHot(tf.tensor1d(answers, 'int32'), symbols), 'float32') as tf.Tensor2D;
  return { x: tf.tensor3d(x, [batch, time, symbols + 1]), y };
}

beforeAll(async () => void (await useBackend('wasm')));

it.each(Object.entries(layers))('%s recalls', (_, make) => {
  const model = new Recall(make());
  const parameters = Object.fromEntries(model.namedVariables());
  const optimizer = new Optimizer(chain(clipByGlobalNorm(1), adam({ learningRate: 0.03 })));
  const draw = new Rng(7);
  let right = 0;
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      const { x, y } = questions(draw);
      const score = (logits: tf.Tensor) => tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), 1))) as tf.Scalar;
      const { grads } = tf.variableGrads(() => score(model.forward(x)), Object.values(parameters));
      const paths = Object.entries(parameters).map(([path, variable]) => [path, grads[variable.name]!]);
      optimizer.apply(Object.fromEntries(paths), parameters);
      if (step === steps - 1) {
        const hits = tf.equal(tf.argMax(model.forward(x), 1), tf.argMax(y, 1));
        right = tf.sum(tf.cast(hits, 'int32')).dataSync()[0]!;
      }
    });
  }
  optimizer.dispose();
  model.dispose();
  expect(right).toBe(batch);
});

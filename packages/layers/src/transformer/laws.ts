/** What Transformers keep: one table for Node and for the browser. */
import { AlibiScore, Attention, LearnedPositions, MultiHead, ScaledDotScore } from '@seqloom/attention';
import { type BackendName, lengthMask, Rng, type SequenceLayer, useBackend } from '@seqloom/core';
import { expectClose, verifyOp } from '@seqloom/core/testing';
import type { ActivationName } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { Embedding } from '../embedding.js';
import { RMSNorm } from '../normalization/rms-norm.js';
import { activation, gated } from './activations.js';
import { CausalBlock } from './causal-block.js';
import { DecoderBlock } from './decoder-block.js';
import { pushStep } from './key-value-cache.js';
import { packSteps } from './pack-steps.js';
import { Transformer } from './transformer.js';
import { TransformerBlock } from './transformer-block.js';
import { TransformerDecoder } from './transformer-decoder.js';
import { TransformerEncoder } from './transformer-encoder.js';
import { TransformerStack } from './transformer-stack.js';

const names: readonly ActivationName[] = ['relu', 'gelu', 'geluTanh', 'silu', 'sigmoid', 'identity'];

const sizes = () => ({ size: 3, heads: 3, feedForward: { hiddenSize: 5 }, rng: new Rng(7) });

/** Layers of three features, whose agreement on all backends src/laws.ts looks at; their laws are in the tests beside them. */
export const transformerLayers: Readonly<Record<string, () => SequenceLayer<unknown>>> = {
  'Transformer encoder': () =>
    new TransformerEncoder({
      blocks: [new TransformerBlock({ ...sizes(), norm: 'post' })],
      positions: new LearnedPositions({ maxLength: 3, size: 3, rng: new Rng(7) }),
    }),
  'causal Transformer': () =>
    new TransformerStack({
      blocks: [
        new CausalBlock({
          ...sizes(),
          attention: ({ size, heads, rng }) =>
            new MultiHead({
              inner: new Attention({ scorer: new AlibiScore({ inner: new ScaledDotScore(), heads }) }),
              ...{ size, heads, rng },
            }),
        }),
        new CausalBlock({
          ...sizes(),
          heads: 1,
          feedForward: { activation: 'geglu' },
          attention: () => new Attention({ scorer: new ScaledDotScore() }),
          normalization: (size) => new RMSNorm({ size }),
        }),
      ],
    }),
};

/** What no sequence layer shows: a Transformer writes on any backend what it writes on cpu. */
export const transformerAgreements: readonly (readonly [
  name: string,
  check: (backend: BackendName) => Promise<void>,
])[] = [
  [
    'Transformer, step by step',
    async (backend) => {
      const [expected, actual] = [await written('cpu'), await written(backend)];
      for (const [t, logits] of expected.entries()) await expectClose(actual[t]!, logits, 1e-4, `step ${t}`);
    },
  ],
];

/** The logits of three steps over ragged sources, then those of teacher forcing. */
async function written(backend: BackendName): Promise<Float32Array[]> {
  await useBackend(backend);
  const embedding = new Embedding({ vocabularySize: 5, size: 4, rng: new Rng(7) });
  const options = { size: 4, heads: 2, feedForward: { hiddenSize: 5 }, rng: new Rng(7) };
  const transformer = new Transformer({
    ...{ source: embedding, target: embedding },
    encoder: new TransformerEncoder({ blocks: [new TransformerBlock(options)], positions: 'sinusoidal' }),
    decoder: new TransformerDecoder({ blocks: [new DecoderBlock(options)], positions: 'sinusoidal' }),
  });
  const results = tf.tidy(() => {
    const batch = { source: tf.tensor2d([1, 2, 3, 4, 1, 0], [2, 3], 'int32'), sourceMask: lengthMask([3, 2]) };
    const target = tf.tensor2d([0, 3, 2, 0, 4, 4], [2, 3], 'int32');
    let state = transformer.encode(batch);
    const steps = (tf.unstack(target, 1) as tf.Tensor1D[]).map((symbols) => {
      const next = transformer.step(symbols, state);
      state = next.state;
      return next.logits;
    });
    return [...steps, transformer.forward({ ...batch, target })];
  });
  const numbers = await Promise.all(results.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(results);
  transformer.dispose();
  return numbers;
}

/** Every law, by what it is about. */
export const transformerLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['activations and gates', activations],
  ['packed steps and caches', caches],
];

async function activations(): Promise<void> {
  const rng = new Rng(4);
  const x = tf.tensor(
    Float32Array.from({ length: 42 }, () => rng.normal()),
    [3, 14],
  );
  const cases = names.map((f) => ({
    name: f,
    inputs: { x },
    attributes: { f },
    gradientCheck: f === 'relu' ? (false as const) : {},
  })); // relu has a kink
  await verifyOp(activation, cases);
  await verifyOp(gated, cases);
  x.dispose();
}

async function caches(): Promise<void> {
  const rng = new Rng(4);
  const draw = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
      shape,
    );
  const mask = tf.tensor2d(
    [
      [1, 1, 1, 1],
      [1, 1, 0, 0],
      [0, 1, 0, 1],
      [0, 0, 0, 0],
    ],
    [4, 4],
    'bool',
  );
  const [x, step] = [draw(4, 4, 3), draw(4, 1, 3)];
  const ways = [false, true].map((back) => ({ name: `back ${back}`, inputs: { x, mask }, attributes: { back } }));
  await verifyOp(packSteps, ways);
  await verifyOp(
    pushStep,
    [4, 5, 8].map((room) => ({ name: `room ${room}`, inputs: { x, step }, attributes: { room } })),
  );
  tf.dispose([x, step, mask]);
}

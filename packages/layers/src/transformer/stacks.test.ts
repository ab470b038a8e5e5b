import { Attention, LearnedPositions, MultiHead, RotaryScore, ScaledDotScore } from '@seqloom/attention';
import {
  carry,
  lengthMask,
  Module,
  OptionError,
  type RecurrentLayer,
  Rng,
  type Sequence,
  ShapeError,
  sequence,
  useBackend,
} from '@seqloom/core';
import {
  backendsHere,
  expectClose,
  expectNoLeak,
  verifyRecurrentLayer,
  verifySequenceLayer,
} from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CausalBlock,
  DecoderBlock,
  gru,
  LayerNorm,
  type StackState,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
  TransformerStack,
} from '../index.js';

const rng = () => new Rng(5);
const options = () => ({ size: 4, heads: 2, feedForward: { hiddenSize: 5 }, rng: rng() });
const norm = () => new LayerNorm({ size: 4 });
const learned = (maxLength = 5) => new LearnedPositions({ maxLength, size: 4, rng: rng() });

const stack = (positions: 'sinusoidal' | LearnedPositions | undefined) =>
  new TransformerStack({ blocks: [new CausalBlock(options())], positions, norm: norm() });
const hybrid = () =>
  new TransformerStack({
    blocks: [new CausalBlock(options()), gru({ inputSize: 4, hiddenSize: 4, rng: rng() })] as RecurrentLayer<unknown>[],
    positions: 'sinusoidal',
  });
const encoder = () =>
  new TransformerEncoder({
    blocks: [new TransformerBlock(options()), gru({ inputSize: 4, hiddenSize: 3, bidirectional: true, rng: rng() })],
    positions: learned(),
    norm: new LayerNorm({ size: 6 }),
  });

/** A decoder that reads the same source in every row, which the laws take apart. */
class Reader extends Module implements RecurrentLayer<StackState> {
  readonly outputSize = 4 as const;
  readonly decoder: TransformerDecoder = new TransformerDecoder({
    blocks: [new DecoderBlock(options()), gru({ inputSize: 4, hiddenSize: 4, rng: rng() })],
    positions: 'sinusoidal',
  });

  initialState(batch: number) {
    return this.decoder.initialState(batch);
  }

  forward(input: Sequence, state?: StackState) {
    return this.decoder.forward(input, this.#memories(input.mask.shape[0]), state);
  }

  step(x: tf.Tensor2D, state: StackState) {
    return this.decoder.step(x, this.#memories(x.shape[0]), state);
  }

  #memories(B: number) {
    const row = tf.reshape(tf.sin(tf.range(0, 12)), [1, 3, 4]);
    const mask = lengthMask(new Array<number>(B).fill(2), 3);
    return this.decoder.remember({ values: tf.tile(row, [B, 1, 1]) as tf.Tensor3D, mask });
  }
}

const normals = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

describe.each(backendsHere())('stacks on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  const checks = [
    ['a decoder over any memory', () => verifyRecurrentLayer(() => new Reader(), 4)],
    ['sinusoidal positions, causal', () => verifyRecurrentLayer(() => stack('sinusoidal'), 4)],
    ['learned positions, causal', () => verifyRecurrentLayer(() => stack(learned()), 4)],
    ['a recurrence among the blocks, causal', () => verifyRecurrentLayer(hybrid, 4)],
    ['a recurrence in both directions among the blocks', () => verifySequenceLayer(encoder, 4)],
  ] as const;
  it.each(checks.slice(0, backend === 'cpu' ? 1 : undefined))('laws: %s', (_, check) => check());

  it('steps beyond one block of the cache equal forward, over rows of any lengths', async () => {
    const [B, T] = [3, 70];
    const layer = new TransformerStack({
      blocks: [
        new CausalBlock({
          ...options(),
          attention: ({ size, heads }) =>
            new MultiHead({
              inner: new Attention({ scorer: new RotaryScore({ inner: new ScaledDotScore() }) }),
              size,
              heads,
              rng: rng(),
            }),
        }),
      ],
      positions: 'sinusoidal',
    });
    const [values, mask] = [normals([B, T, 4], 1) as tf.Tensor3D, lengthMask([T, 40, 3], T)];
    const { output, state } = layer.forward({ values, mask });
    let now = layer.initialState(B);
    const outputs = (tf.unstack(values, 1) as tf.Tensor2D[]).map((x, t) => {
      const next = layer.step(x, now);
      now = carry(tf.reshape(tf.slice(mask, [0, t], [B, 1]), [B]), next.state, now);
      return next.output;
    });
    const real = tf.cast(tf.expandDims(mask, 2), 'float32');
    await expectClose(tf.mul(tf.stack(outputs, 1), real), output.values, 1e-4);
    await expectClose((now.blocks[0] as { keys: tf.Tensor }).keys, (state.blocks[0] as { keys: tf.Tensor }).keys, 1e-4);
    layer.dispose();
  });

  it('what has no learned position is an error that says what to do, at once and step by step', () => {
    const layer = stack(learned(2));
    const input = sequence(tf.ones([1, 3, 4]));
    expect(() => layer.forward(input)).toThrow(ShapeError);
    expect(() => layer.forward(input)).toThrow(
      /step 2 has no learned position: there are 2.*\n.*maxLength of at least 3/,
    );
    const step = (state: ReturnType<typeof layer.initialState>) => layer.step(tf.ones([1, 4]), state).state;
    expect(() => step(step(step(layer.initialState(1))))).toThrow('step 2 has no learned position');
    expect(() => new TransformerEncoder({ blocks: [], positions: learned(2) })).toThrow(OptionError);
    layer.dispose();
  });

  it('dropout is off in evaluation, and a step leaks nothing', async () => {
    const layer = new TransformerStack({ blocks: [new CausalBlock({ ...options(), dropout: 0.5 })], dropout: 0.5 });
    const x = sequence(normals([2, 3, 4], 2) as tf.Tensor3D);
    const run = () => layer.forward(x).output.values;
    await expectClose(run(), run(), 0);
    layer.train();
    expect(tf.sum(tf.abs(tf.sub(run(), run()))).dataSync()[0]).toBeGreaterThan(0.1);
    layer.train(false);
    await expectNoLeak(() => tf.tidy(() => void layer.step(tf.ones([2, 4]), layer.initialState(2))));
    layer.dispose();
  });
});

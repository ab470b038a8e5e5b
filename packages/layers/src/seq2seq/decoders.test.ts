/** Decoders: all at once = step after step. Tolerance 2e-5: float32, five steps, another order of the same arithmetic. */
import { AdditiveScore, Attention, DotScore, MultiHead } from '@seqloom/attention';
import type { Attends } from '@seqloom/core';
import { lengthMask, Module, mapState, OptionError, Rng, sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AttentiveDecoder, BahdanauDecoder, GRUCell, LSTMCell, LuongDecoder, lstm } from '../index.js';

const tolerance = 2e-5;
const [B, T, K, D, U] = [3, 4, 5, 3, 4] as const;
const rng = () => new Rng(4);
const additive = () => new Attention({ scorer: new AdditiveScore({ querySize: U, keySize: U, size: 6, rng: rng() }) });
const heads = () => new MultiHead({ inner: new Attention({ scorer: new DotScore() }), heads: 2, size: U, rng: rng() });

/** Follows its alignments: energies are high where the last weights were, and low where all of them were. */
class Sticky extends Module implements Attends<tf.Tensor3D> {
  readonly inner = new Attention({
    scorer: {
      prepare: (keys) => keys,
      score: (query, keys, previous) => {
        const energies = tf.matMul<tf.Tensor3D>(query, keys, false, true);
        return previous ? tf.sub(tf.add(energies, tf.mul(previous.weights, 3)), previous.state as tf.Tensor) : energies;
      },
      remember: (weights, _query, _keys, previous) =>
        previous ? tf.add<tf.Tensor3D>(weights, previous.state as tf.Tensor) : weights,
    },
  });
  remember = this.inner.remember.bind(this.inner);
  attend = this.inner.attend.bind(this.inner);
}

type Decoder = AttentiveDecoder<unknown, unknown> & Module;
const sizes = { inputSize: D, contextSize: U, rng: rng() };
const decoders: Record<string, () => Decoder> = {
  Luong: () =>
    new LuongDecoder({
      ...sizes,
      cell: new GRUCell({ inputSize: D, hiddenSize: U, rng: rng() }),
      attention: additive(),
    }),
  'Luong with heads over two LSTM layers': () => {
    const cell = lstm({ inputSize: D, hiddenSize: U, layers: 2, rng: rng() });
    return new LuongDecoder({ ...sizes, cell, attention: heads(), outputSize: 6 });
  },
  'Luong with input feeding': () => {
    const cell = new LSTMCell({ inputSize: D + 6, hiddenSize: U, rng: rng() });
    return new LuongDecoder({ ...sizes, cell, attention: heads(), outputSize: 6, inputFeeding: true });
  },
  'Luong that follows the alignment': () => {
    const cell = new GRUCell({ inputSize: D, hiddenSize: U, rng: rng() });
    return new LuongDecoder({ ...sizes, cell, attention: new Sticky(), followAlignment: true });
  },
  Bahdanau: () => {
    const cell = new GRUCell({ inputSize: D + U, hiddenSize: U, rng: rng() });
    return new BahdanauDecoder({ ...sizes, cell, attention: additive() });
  },
  'Bahdanau with heads over LSTM': () => {
    const cell = new LSTMCell({ inputSize: D + U, hiddenSize: U, rng: rng() });
    return new BahdanauDecoder({ ...sizes, cell, attention: heads(), outputSize: 5 });
  },
  'Bahdanau that follows the alignment': () => {
    const cell = new GRUCell({ inputSize: D + U, hiddenSize: U, rng: rng() });
    return new BahdanauDecoder({ ...sizes, cell, attention: new Sticky() });
  },
};

const normals = (seed: number, ...shape: number[]) => {
  const draw = new Rng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal()),
    shape,
  );
};

describe.each(backendsHere())('decoders on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(decoders))('%s: forward = step after step, in values and gradients', async (_, make) => {
    await verifyModule(make);
    const decoder = make();
    const [x, keys] = [normals(1, B, T, D) as tf.Tensor3D, normals(2, B, K, U) as tf.Tensor3D];
    const [real, keyMask] = [lengthMask([T, 2, 3], T), lengthMask([K, 3, 1], K)];
    const start = mapState((state) => tf.add(state, 0.3), decoder.cell.initialState(B));
    const begin = () => ({ memory: decoder.remember(sequence(keys, keyMask)), state: decoder.start(start) });
    const whole = () => {
      const { memory, state } = begin();
      return decoder.forward({ values: x, mask: real }, state, memory);
    };
    const stepped = () => {
      const { memory, state } = begin();
      let now = state;
      const steps = (tf.unstack(x, 1) as tf.Tensor2D[]).map((step) => {
        const next = decoder.step(step, now, memory);
        now = next.state;
        return next;
      });
      const outputs = tf.stack(
        steps.map(({ output }) => output),
        1,
      );
      const values = tf.mul(outputs, tf.expandDims(tf.cast(real, 'float32'), 2));
      return {
        output: { values },
        weights: tf.concat(
          steps.map(({ weights }) => weights),
          1,
        ),
      };
    };
    const [a, b] = [whole(), stepped()];
    await expectClose(a.output.values, b.output.values, tolerance, 'output');
    await expectClose(
      tf.slice(a.weights, [0, 0, 0], [-1, 2, -1]),
      tf.slice(b.weights, [0, 0, 0], [-1, 2, -1]),
      tolerance,
      'weights',
    ); // what no row pads
    const xs = [x, keys, ...[...decoder.namedVariables()].map(([, variable]) => variable)];
    const gradients = (run: () => { output: { values: tf.Tensor } }) =>
      tf.engine().gradients(() => tf.sum(tf.square(run().output.values)) as tf.Scalar, xs).grads;
    const [expected, actual] = [gradients(stepped), gradients(whole)];
    for (const [i, gradient] of expected.entries()) await expectClose(actual[i]!, gradient, 1e-4, `gradient ${i}`);
    await expectNoLeak(() => tf.tidy(() => void gradients(whole)));
    decoder.dispose();
  });
});

describe('bad input is named', () => {
  const cell = () => new GRUCell({ inputSize: D, hiddenSize: U });
  it.each<[RegExp, () => unknown]>([
    [
      /`cell` must have inputSize 7 \(inputSize 3 \+ contextSize 4\), got 3/,
      () => new BahdanauDecoder({ ...sizes, cell: cell(), attention: additive() }),
    ],
    [
      /`cell` must have inputSize 7 \(inputSize 3 \+ outputSize 4\), got 3/,
      () => new LuongDecoder({ ...sizes, cell: cell(), attention: additive(), inputFeeding: true }),
    ],
    [/`cell` must have `initialState`/, () => new LuongDecoder({ ...sizes, cell: {} as never, attention: additive() })],
    [/`attention` must have `remember`/, () => new LuongDecoder({ ...sizes, cell: cell(), attention: {} as never })],
    [
      /unknown option `style`/,
      () => new LuongDecoder({ ...sizes, cell: cell(), attention: additive(), style: 'x' } as never),
    ],
  ])('%s', (message, make) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});

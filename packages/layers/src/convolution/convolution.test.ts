/** Convolutions beside ONNX (tolerance 1e-5, float32 on both sides), CharCNN beside plain loops, and wrong uses. */
import { lengthMask, OptionError, Rng, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/onnx-causal-conv.json' with { type: 'json' };
import { CausalConv1d } from './causal-conv1d.js';
import { CharCNN } from './char-cnn.js';
import { maxOverTime } from './max-over-time.js';
import { TCNBlock, tcn } from './tcn.js';

interface Numbers {
  shape: number[];
  data: number[];
}
type Named = Record<string, Numbers>;

/** ONNX's [B,C,T] as our [B,T,C]. */
const swapped = ({ data, shape }: Numbers) =>
  tf.transpose(tf.tensor3d(data, shape as [number, number, number]), [0, 2, 1]);

describe.each(backendsHere())('convolutions on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases.map((each) => [each.name, each] as const))('ONNX: %s', async (_, each) => {
    const [inputs, outputs] = [each.inputs as unknown as Named, each.outputs as unknown as Named];
    const [C, , K] = inputs.weight!.shape as [number, number, number];
    const layer = new CausalConv1d({ inputSize: C, outputSize: C, kernel: K, groups: C });
    layer.weight.assign(tf.transpose(tf.tensor3d(inputs.weight!.data, [C, 1, K]), [2, 1, 0]));
    if (inputs.bias) layer.bias!.assign(tf.tensor1d(inputs.bias.data));
    const values = swapped(inputs.input!);
    const mask = tf.ones<tf.Rank.R2>([values.shape[0], values.shape[1]], 'bool');
    const { output, state } = layer.forward({ values, mask }, inputs.past_state && swapped(inputs.past_state));
    const y = output.values;
    await expectClose(each.activation ? tf.mul(y, tf.sigmoid(y)) : y, swapped(outputs.output!), 1e-5, 'output');
    if (K > 1) await expectClose(state, swapped(outputs.present_state!), 1e-5, 'state');
  });

  it('groups are convolutions side by side, and weight norm starts where it changes nothing', async () => {
    const values = tf.tensor3d(
      Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [1, 6, 4],
    );
    const input = { values, mask: lengthMask([6]) };
    const sizes = { inputSize: 4, outputSize: 6, kernel: 2, dilation: 2 };
    const plain = new CausalConv1d({ ...sizes, rng: new Rng(1) });
    const normed = new CausalConv1d({ ...sizes, weightNorm: true, rng: new Rng(1) });
    await expectClose(normed.forward(input).output.values, plain.forward(input).output.values, 1e-5);
    const grouped = new CausalConv1d({ ...sizes, groups: 2, rng: new Rng(1) });
    const parts = [0, 1].map((g) => {
      const part = new CausalConv1d({ ...sizes, inputSize: 2, outputSize: 3 });
      part.weight.assign(tf.slice(grouped.weight as tf.Tensor3D, [0, 0, 3 * g], [2, 2, 3]));
      return part.forward({ ...input, values: tf.slice(values, [0, 0, 2 * g], [1, 6, 2]) }).output.values;
    });
    await expectClose(grouped.forward(input).output.values, tf.concat(parts, 2), 1e-5);
  });

  it('CharCNN is the largest answer of each filter over the characters of each word', async () => {
    const make = () =>
      new CharCNN({
        vocabularySize: 5,
        size: 2,
        filters: [
          { width: 1, count: 2 },
          { width: 3, count: 2 },
        ],
        rng: new Rng(1),
      });
    await verifyModule(make);
    const cnn = make();
    const words = [[1, 2, 3, 4], [2, 0], [], [4, 4, 1]];
    const ids = tf.tensor3d(
      words.flatMap((word) => [0, 1, 2, 3].map((i) => word[i] ?? 99)),
      [2, 2, 4],
      'int32',
    );
    const mask = tf.reshape(lengthMask(words.map((word) => word.length)), [2, 2, 4]) as tf.Tensor3D;
    const vectors = tf.util.toNestedArray([5, 2], await cnn.embedding.weight.data()) as number[][];
    const answers: number[][][] = [];
    for (const { weight } of cnn.convolutions) {
      const filter = tf.util.toNestedArray(weight.shape, await weight.data()) as number[][][];
      answers.push(words.map((word) => [0, 1].map((u) => largest(word, (t) => answer(word, vectors, filter, t, u)))));
    }
    const expected = words.map((_, w) => answers.flatMap((byWord) => byWord[w]!));
    await expectClose(cnn.forward(ids, mask), tf.reshape(tf.tensor2d(expected), [2, 2, 4]), 1e-5);
    const parameters = [...cnn.namedVariables()].map(([, variable]) => variable);
    await checkGradients(() => tf.sum(tf.square(cnn.forward(ids, mask))), parameters, { step: 1e-3 });
    await expectNoLeak(() => tf.tidy(() => void cnn.forward(ids, mask)));
  });

  it('the maximum over time looks at real steps only', async () => {
    const values = tf.tensor3d([-1, 5, -2, Number.NaN, 7, 7], [2, 3, 1]);
    await expectClose(maxOverTime({ values, mask: lengthMask([3, 0]) }), [[5], [0]], 0);
    await expectClose(maxOverTime({ values, mask: lengthMask([1, 0], 3) }), [[-1], [0]], 0);
  });

  it('a TCN drops whole channels, and sees as far as it says', async () => {
    const block = new TCNBlock({ inputSize: 2, outputSize: 100, kernel: 2, dropout: 0.5, rng: new Rng(1) }).train();
    const dropped = block.dropouts[0].forward({ values: tf.ones([1, 3, 100]), mask: lengthMask([3]) }).output.values;
    await expectClose(tf.max(dropped, 1), tf.min(dropped, 1), 0);
    const network = tcn({ inputSize: 1, hiddenSize: 3, layers: 3, kernel: 2, rng: new Rng(2) });
    const sees = 1 + 2 * 1 * (2 ** 3 - 1);
    const T = sees + 2;
    const seen = (values: tf.Tensor) =>
      tf.sum(
        tf.square(
          tf.slice(network.forward({ values: values as tf.Tensor3D, mask: lengthMask([T]) }).output.values, [0, T - 1]),
        ),
      );
    const slopes = Array.from(
      await tf
        .grad(seen)(tf.ones([1, T, 1]))
        .data(),
    );
    expect(slopes.findIndex((slope) => slope !== 0)).toBe(T - sees);
  });
});

/** What a filter [K,E,U] answers at character t. */
function answer(word: number[], vectors: number[][], filter: number[][][], t: number, u: number): number {
  let sum = 0;
  for (const [k, tap] of filter.entries()) {
    const vector = vectors[word[t - (filter.length - 1 - k)]!];
    for (const [e, row] of tap.entries()) sum += (vector?.[e] ?? 0) * row[u]!;
  }
  return Math.tanh(sum);
}

function largest(word: number[], f: (t: number) => number): number {
  return word.length === 0 ? 0 : Math.max(...word.map((_, t) => f(t)));
}

describe('bad input is named', () => {
  const sizes = { inputSize: 3, outputSize: 4, kernel: 2 };
  it.each<[RegExp, () => unknown]>([
    [/CausalConv1d: `kernel` must be a whole number/, () => new CausalConv1d({ ...sizes, kernel: 0 })],
    [/`groups` must divide inputSize 3 and outputSize 4/, () => new CausalConv1d({ ...sizes, groups: 3 })],
    [/unknown option `padding`/, () => new CausalConv1d({ ...sizes, padding: 'same' } as never)],
    [/CharCNN: `filters` must be a list/, () => new CharCNN({ vocabularySize: 3, size: 2, filters: [] })],
    [/tcn: `layers` must be/, () => tcn({ inputSize: 2, hiddenSize: 3, kernel: 2, layers: 0 })],
  ])('OptionError %s', (message, make) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  it('ShapeError', () => {
    const layer = new CausalConv1d(sizes);
    const mask = tf.ones<tf.Rank.R2>([2, 4], 'bool');
    expect(() => layer.forward({ values: tf.zeros([2, 4, 5]), mask })).toThrow(ShapeError);
    expect(() => layer.forward({ values: tf.zeros([2, 4, 3]), mask }, tf.zeros([2, 2, 3]))).toThrow(
      /`initial` must have shape/,
    );
    expect(() => layer.step(tf.zeros([2, 3]), tf.zeros([1, 1, 3]))).toThrow(/`state` must have shape \[B=2, 1, 3\]/);
  });
});

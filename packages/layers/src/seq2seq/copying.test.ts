/** Copying and coverage: what is learned, searched and enumerated agrees; words that no vocabulary has reach the output. */
import { AdditiveScore, Attention, DotScore, MultiHead } from '@seqloom/attention';
import { adam, DataError, dataset, OptionError, Rng, ShapeError, train, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BahdanauDecoder,
  beamSearch,
  type CopyBatch,
  coverageLoss,
  DecoderBlock,
  Embedding,
  EncoderDecoder,
  ExtendedVocabulary,
  GRUCell,
  greedy,
  gru,
  LayerNorm,
  LuongDecoder,
  PointerGenerator,
  Transformer,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
  type Translator,
} from '../index.js';

const [V, size, U] = [6, 5, 8];
const [unknown, start, end] = [0, 1, 2];
const words = ['<unk>', '<s>', '</s>', 'a', 'b', 'c'];
const idOf = (word: string) => (words.indexOf(word) > end ? words.indexOf(word) : undefined);

type Kind = 'Luong' | 'Bahdanau' | 'Transformer';

function pointer(kind: Kind, coverage = 0, hidden = U): PointerGenerator<unknown> {
  const rng = new Rng(5);
  if (kind === 'Transformer')
    return new PointerGenerator({ model: transformer(hidden, rng) as Translator<unknown>, unknown, coverage, rng });
  const embedding = () => new Embedding({ vocabularySize: V, size, rng });
  const parts = { inputSize: size, contextSize: hidden, rng };
  const inner = new Attention({ scorer: new DotScore() });
  const scorer = () => new AdditiveScore({ querySize: hidden, keySize: hidden, size: 6, rng });
  const cell = (inputSize: number) => new GRUCell({ inputSize, hiddenSize: hidden, rng });
  const decoder =
    kind === 'Luong'
      ? new LuongDecoder({
          ...parts,
          cell: cell(size),
          attention: new MultiHead({ inner, heads: 2, size: hidden, rng }),
        })
      : new BahdanauDecoder({ ...parts, cell: cell(size + hidden), attention: new Attention({ scorer: scorer() }) });
  const encoder = gru({ inputSize: size, hiddenSize: hidden / 2, bidirectional: true, rng });
  const model = new EncoderDecoder({
    ...{ source: embedding(), target: embedding(), encoder, rng },
    decoder: decoder as LuongDecoder<tf.Tensor2D, unknown>,
  });
  return new PointerGenerator({ model: model as Translator<unknown>, unknown, coverage, rng });
}

/** Two blocks on each side, of two heads; the last decides what is copied. */
function transformer(size: number, rng: Rng): Transformer {
  const options = { size, heads: 2, feedForward: { hiddenSize: 2 * size }, rng };
  const two = <B>(make: () => B): B[] => [make(), make()];
  const frame = () => ({ positions: 'sinusoidal' as const, norm: new LayerNorm({ size }) });
  return new Transformer({
    source: new Embedding({ vocabularySize: V, size, rng }),
    target: new Embedding({ vocabularySize: V, size, rng }),
    encoder: new TransformerEncoder({ blocks: two(() => new TransformerBlock(options)), ...frame() }),
    decoder: new TransformerDecoder({ blocks: two(() => new DecoderBlock(options)), ...frame() }),
    rng,
  });
}

const ids = (rows: readonly (readonly number[])[]) => {
  const time = Math.max(...rows.map((row) => row.length));
  const padded = rows.map((row) => [...row, ...new Array<number>(time - row.length).fill(0)]);
  const mask = rows.map((row) => [...row.map(() => 1), ...new Array<number>(time - row.length).fill(0)]);
  return { ids: tf.tensor2d(padded, undefined, 'int32'), mask: tf.tensor2d(mask, undefined, 'bool') };
};

function batchOf(sources: string[][], targets: string[][] = sources): CopyBatch & { vocabulary: ExtendedVocabulary } {
  const vocabulary = new ExtendedVocabulary({ sources, vocabularySize: V, idOf, unknown });
  const source = ids(sources.map((row) => row.map((word) => idOf(word) ?? unknown)));
  const target = ids(targets.map((row, i) => [start, ...vocabulary.encode(i, row), end]));
  return {
    ...{ source: source.ids, sourceMask: source.mask, target: target.ids, targetMask: target.mask },
    ...{ copies: ids(vocabulary.sources).ids, extendedSize: vocabulary.size, vocabulary },
  };
}

const sources = [['a', 'Zoe', 'b', 'Ann', 'Zoe'], ['c'], ['Bob', 'a', 'a']];
const targets = [
  ['Zoe', 'a', 'Ann'],
  ['c', 'a'],
  ['b', 'Bob', 'stranger'],
];

describe.each(backendsHere())('PointerGenerator on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(['Luong', 'Bahdanau', 'Transformer'] as const)(
    '%s: loss = what a search adds up; P sums to 1; padding is nothing',
    async (kind) => {
      await verifyModule(() => pointer(kind));
      const model = pointer(kind);
      const batch = batchOf(sources, targets);
      let [total, symbols] = [0, 0];
      for (const [row, source] of sources.entries()) {
        const one = batchOf([source], [targets[row]!]);
        const said = [...(await one.target.data())];
        const writer = model.writer(one);
        let state = writer.start(1);
        for (const [t, id] of said.slice(0, -1).entries()) {
          const next = writer.step(tf.tensor1d([id], 'int32'), state);
          const all = (await next.logits.data()) as Float32Array;
          expect(all.reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 5);
          total += all[said[t + 1]!]!;
          symbols++;
          state = next.state;
        }
        expect(writer.vocabularySize).toBe(one.vocabulary.size);
      }
      await expectClose(model.loss(batch), -total / symbols, 1e-4);
      const wide = batchOf(
        [...sources, ['a', 'b', 'c', 'Zoe', 'Ann', 'Bob', 'a']],
        [...targets, ['a', 'b', 'a', 'b', 'a']],
      );
      const first = (tensor: tf.Tensor2D) => tf.slice(tensor, 0, 3);
      const padded = {
        ...{ source: first(wide.source), sourceMask: first(wide.sourceMask!), target: first(wide.target) },
        ...{ targetMask: first(wide.targetMask!), copies: first(wide.copies), extendedSize: wide.extendedSize },
      };
      await expectClose(model.loss(padded), model.loss(batch), 1e-5);
      const options = { start, end, maxLength: 4 };
      const [plain, beams] = [
        await greedy(model.writer(batch), options),
        await beamSearch(model.writer(batch), { ...options, width: 3 }),
      ];
      for (const [row, found] of beams.entries()) expect(found[0]!.score).toBeGreaterThan(plain[row]!.score - 1e-4);
      const variables = [...model.namedVariables()].map(([, variable]) => variable);
      await expectNoLeak(() => beamSearch(model.writer(batch), { ...options, width: 3 }));
      await expectNoLeak(() => tf.tidy(() => void tf.variableGrads(() => model.loss(batch), variables)));
      const { grads } = tf.variableGrads(() => model.loss(batch), variables);
      const generate = grads[model.generate.weight.name]!;
      const at = [1, 0];
      const step = tf.buffer(model.generate.weight.shape, 'float32');
      step.set(1e-2, ...(at as [number, number]));
      const before = model.generate.weight.clone();
      const moved = async (sign: number) => {
        model.generate.weight.assign(tf.add(before, tf.mul(step.toTensor(), sign)));
        return (await model.loss(batch).data())[0]!;
      };
      const slope = ((await moved(1)) - (await moved(-1))) / 2e-2;
      expect(((await generate.array()) as number[][])[at[0]!]![at[1]!]).toBeCloseTo(slope, 3);
    },
  );
});

it.each([
  ['Bahdanau', 110, 0.02],
  ['Transformer', 200, 0.01],
] as const)(
  '%s: words that no vocabulary has are copied to the output, by greedy and beam',
  async (kind, steps, learningRate) => {
    await useBackend('wasm');
    const model = pointer(kind, 0, 24);
    const rng = new Rng(4);
    const names = Array.from({ length: 40 }, (_, i) => `name${i}`);
    const draw = (count: number) => {
      const rows = Array.from({ length: count }, () => {
        const who = rng.choice(names);
        return { source: rng.shuffled(['a', 'b', who]), target: [who, 'c', who] };
      });
      return {
        rows,
        batch: batchOf(
          rows.map(({ source }) => source),
          rows.map(({ target }) => target),
        ),
      };
    };
    const data = dataset(function* () {
      for (let i = 0; i < steps; i++) {
        const { vocabulary: _, ...batch } = draw(24).batch;
        yield batch;
      }
    });
    const loss = (batch: CopyBatch) => model.loss(batch);
    for await (const _ of train({ model, data, loss, optimizer: adam({ learningRate }), epochs: 1 }));
    const { rows, batch } = draw(30);
    const options = { start, end, maxLength: 5 };
    const plain = await greedy(model.writer(batch), options);
    const beams = await beamSearch(model.writer(batch), { ...options, width: 4 });
    const text = (row: number, found: readonly number[]) =>
      batch.vocabulary.decode(row, found, (id) => words[id]!).join(' ');
    const right = (found: readonly { ids: readonly number[] }[]) =>
      found.filter(({ ids: written }, row) => text(row, written) === rows[row]!.target.join(' ')).length;
    expect(right(plain)).toBeGreaterThanOrEqual(27);
    expect(right(beams.map((found) => found[0]!))).toBeGreaterThanOrEqual(27);
  },
);

it('labels are smoothed over what the vocabulary generates, in training only', async () => {
  await useBackend('cpu');
  const plain = pointer('Luong');
  const smooth = new PointerGenerator({ model: plain.model, unknown, labelSmoothing: 0.2 });
  smooth.generate.weight.assign(plain.generate.weight);
  smooth.generate.bias!.assign(plain.generate.bias!);
  const batch = batchOf([sources[1]!], [targets[1]!]);
  await expectClose(smooth.loss(batch), plain.loss(batch), 1e-6);
  const target = tf.slice(batch.target, [0, 0], [1, 3]);
  const { logits } = plain.model.decode({ ...batch, target, targetMask: undefined });
  const spread = tf.neg(tf.mean(tf.logSoftmax(logits)));
  await expectClose(smooth.train().loss(batch), tf.add(tf.mul(plain.loss(batch), 0.8), tf.mul(spread, 0.2)), 1e-5);
});

describe('coverage', () => {
  beforeAll(async () => void (await useBackend('cpu')));

  it('loss = Σ min(a, what was covered before), and has its gradients', async () => {
    const rng = new Rng(2);
    const [B, T, K] = [2, 3, 4];
    const values = Array.from({ length: B * T * K }, () => rng.uniform());
    const lengths = [3, 2];
    let expected = 0;
    const a = (b: number, t: number, k: number) => values[(b * T + t) * K + k]!;
    for (let b = 0; b < B; b++)
      for (let t = 0; t < lengths[b]!; t++)
        for (let k = 0; k < K; k++) {
          let before = 0;
          for (let s = 0; s < t; s++) before += a(b, s, k);
          expected += Math.min(a(b, t, k), before) / 5;
        }
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 0], [B, T], 'bool');
    const padded = values.map((x, i) => (i >= (T + 2) * K ? Number.NaN : x));
    await expectClose(coverageLoss(tf.tensor3d(padded, [B, T, K]), mask), expected, 1e-6);
    const gradient = tf.grad((x) => coverageLoss(x as tf.Tensor3D, mask))(tf.tensor3d(values, [B, T, K]));
    const data = await gradient.data();
    const near = async (i: number, by: number) => {
      const changed = values.map((x, j) => (j === i ? x + by : x));
      return (await coverageLoss(tf.tensor3d(changed, [B, T, K]), mask).data())[0]!;
    };
    for (const i of [0, 5, 9, 14])
      expect(data[i]).toBeCloseTo(((await near(i, 1e-3)) - (await near(i, -1e-3))) / 2e-3, 2);
  });

  it('is a part of the loss of a PointerGenerator', async () => {
    const batch = batchOf(sources, targets);
    const [with0, with2] = [pointer('Luong'), pointer('Luong', 2)];
    const { weights } = with0.model.decode({ ...batch, target: tf.minimum(batch.target, V - 1) as tf.Tensor2D });
    expect(weights.shape[0]).toBe(6);
    const difference = tf.sub(with2.loss(batch), with0.loss(batch));
    expect((await difference.data())[0]).toBeGreaterThan(0);
  });
});

describe('bad input is named', () => {
  beforeAll(async () => void (await useBackend('cpu')));
  const model = () => pointer('Luong');
  const batch = () => batchOf(sources, targets);
  it.each<[RegExp, new (...args: never[]) => Error, () => unknown]>([
    [/`unknown` must be an id below 6/, OptionError, () => new PointerGenerator({ model: model().model, unknown: 6 })],
    [/`model` must be an EncoderDecoder/, OptionError, () => new PointerGenerator({ model: {} as never, unknown })],
    [/`copies` must have shape/, ShapeError, () => model().loss({ ...batch(), copies: tf.zeros([3, 2], 'int32') })],
    [/`copies` must be whole numbers from 0 to 6/, DataError, () => model().loss({ ...batch(), extendedSize: 7 })],
    [/`extendedSize` must be/, OptionError, () => model().writer({ ...batch(), extendedSize: 5 })],
    [
      /neither in the vocabulary nor in its source/,
      DataError,
      () => model().loss({ ...batch(), target: tf.fill([3, 5], 7, 'int32') }),
    ],
    [/symbol 9 is no word of row 1/, DataError, () => batch().vocabulary.decode(1, [9], String)],
  ])('%s', (message, type, run) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});

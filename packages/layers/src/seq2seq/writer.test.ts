/** What a search over a model adds up is what teacher forcing says of the same text, however beams changed places. */
import { AdditiveScore, Attention, DotScore, MultiHead } from '@seqloom/attention';
import { adam, dataset, Rng, train, useBackend } from '@seqloom/core';
import { backendsHere, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BahdanauDecoder,
  beamSearch,
  DecoderBlock,
  diverse,
  Embedding,
  EncoderDecoder,
  GRUCell,
  greedy,
  type Hypothesis,
  LSTMCell,
  LuongDecoder,
  lstm,
  mustInclude,
  noRepeatedNgrams,
  type SourceBatch,
  sample,
  Transformer,
  TransformerBlock,
  TransformerDecoder,
  TransformerEncoder,
  type Writer,
  wuCoverage,
  wuLength,
} from '../index.js';

const [V, size, U] = [7, 5, 8];
const writing = { start: 1, end: 2, maxLength: 6 };
const rng = () => new Rng(7);
const additive = () => new Attention({ scorer: new AdditiveScore({ querySize: U, keySize: U, size: 6, rng: rng() }) });
const heads = () => new MultiHead({ inner: new Attention({ scorer: new DotScore() }), heads: 2, size: U, rng: rng() });
const parts = { inputSize: size, contextSize: U, rng: rng() };
const decoders = {
  'Luong, LSTM, two heads, input feeding': () =>
    new LuongDecoder({
      ...parts,
      cell: new LSTMCell({ inputSize: size + U, hiddenSize: U, rng: rng() }),
      attention: heads(),
      inputFeeding: true,
    }),
  'Bahdanau, GRU': () =>
    new BahdanauDecoder({
      ...parts,
      cell: new GRUCell({ inputSize: size + U, hiddenSize: U, rng: rng() }),
      attention: additive(),
    }),
};

function modelOf(kind: keyof typeof decoders) {
  const embedding = () => new Embedding({ vocabularySize: V, size, rng: rng() });
  const encoder = lstm({ inputSize: size, hiddenSize: U / 2, bidirectional: true, rng: rng() });
  const decoder = decoders[kind]() as LuongDecoder<unknown, unknown>;
  const model = new EncoderDecoder({ source: embedding(), target: embedding(), encoder, decoder, rng: rng() });
  model.output.weight.assign(tf.mul(model.output.weight, 6)); // what is not learned should still prefer something
  return model;
}

function transformer() {
  const block = { size: U, heads: 2, feedForward: { hiddenSize: 12 }, rng: rng() };
  const embedding = new Embedding({ vocabularySize: V, size: U, rng: rng() });
  return new Transformer({
    ...{ source: embedding, target: embedding, rng: rng() },
    encoder: new TransformerEncoder({ blocks: [new TransformerBlock(block)], positions: 'sinusoidal' }),
    decoder: new TransformerDecoder({
      blocks: [new DecoderBlock(block), new DecoderBlock(block)],
      positions: 'sinusoidal',
    }),
  });
}

type Model = Pick<EncoderDecoder<unknown, unknown, unknown>, 'forward' | 'dispose'> & {
  writer(batch: SourceBatch): Writer;
};
const models: Record<string, () => Model> = {
  ...Object.fromEntries(
    Object.keys(decoders).map((kind) => [kind, () => modelOf(kind as keyof typeof decoders) as Model]),
  ),
  'Transformer with its cache': transformer as () => Model,
};

const batchOf = (sources: number[][]) => {
  const longest = Math.max(...sources.map((row) => row.length));
  const source = tf.tensor2d(
    sources.map((row) => [...row, ...new Array<number>(longest - row.length).fill(0)]),
    undefined,
    'int32',
  );
  return { source, sourceMask: tf.cast(source, 'bool') };
};

/** The sums of the log-probabilities of texts (and of `end`) under teacher forcing. */
async function logProbabilities(model: Model, sources: number[][], found: readonly Hypothesis[]) {
  const said = found.map(({ ids, ended }) => (ended ? [...ids, writing.end] : [...ids]));
  const { source: target } = batchOf(said.map((ids) => [writing.start, ...ids.slice(0, -1)]));
  const logits = model.forward({ ...batchOf(sources), target });
  const all = (await tf.logSoftmax(logits).array()) as number[][][];
  return said.map((ids, row) => ids.reduce((sum, id, t) => sum + all[row]![t]![id]!, 0));
}

describe.each(backendsHere())('searches over a model on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(models))('%s: as teacher forcing says', async (_, make) => {
    const model = make();
    const sources = [[3, 4, 5, 6], [6], [5, 3], [4, 4, 3]];
    const batch = batchOf(sources);
    const writer = () => model.writer(batch);
    const searches = [
      () => beamSearch(writer(), { ...writing, width: 4 }),
      () => beamSearch(writer(), { ...writing, width: 4, allocation: diverse({ groups: 2, strength: 1 }) }),
      () => beamSearch(writer(), { ...writing, width: 3, allocation: mustInclude([[4, 4], [6]]) }),
      () => beamSearch(writer(), { ...writing, width: 3, rules: [noRepeatedNgrams(1)] }),
      () => sample(writer(), { ...writing, rng: rng() }).then((found) => found.map((one) => [one])),
    ];
    for (const search of searches) {
      const found = await search();
      const read = found.flatMap((own, row) => own.map(() => sources[row]!));
      const expected = await logProbabilities(model, read, found.flat());
      for (const [i, hypothesis] of found.flat().entries()) {
        expect(hypothesis.logProbability).toBeCloseTo(expected[i]!, 4);
        for (const looked of hypothesis.weights) {
          const real = looked.subarray(0, read[i]!.length);
          expect(real.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
        }
      }
    }
    const lengths = sources.map((row) => row.length);
    const penalties = [wuLength(0.6), wuCoverage(0.2, lengths)];
    const together = await beamSearch(writer(), { ...writing, width: 4, penalties });
    for (const [row, source] of sources.entries()) {
      const own = [wuLength(0.6), wuCoverage(0.2)];
      const [alone] = await beamSearch(model.writer(batchOf([source])), { ...writing, width: 4, penalties: own });
      expect(together[row]!.map(({ ids }) => ids)).toEqual(alone!.map(({ ids }) => ids));
      for (const [i, { score }] of alone!.entries()) expect(together[row]![i]!.score).toBeCloseTo(score, 4);
    }
    await expectNoLeak(() => beamSearch(writer(), { ...writing, width: 4, penalties }));
    model.dispose();
  });
});

it('a beam finds what greedy misses: no text scores lower, and some score higher, on a model that has learned a little', async () => {
  await useBackend('wasm');
  const model = modelOf('Bahdanau, GRU');
  const draw = new Rng(3);
  const pairs = (count: number) => {
    const rows = Array.from({ length: count }, () =>
      Array.from({ length: 2 + draw.below(4) }, () => 3 + draw.below(4)),
    );
    const [from, to] = [batchOf(rows), batchOf(rows.map((row) => [writing.start, ...row.toReversed(), writing.end]))];
    return { ...from, target: to.source, targetMask: to.sourceMask };
  };
  const data = dataset(function* () {
    for (let i = 0; i < 60; i++) yield pairs(32);
  });
  const loss = (batch: ReturnType<typeof pairs>) => model.loss(batch);
  for await (const _ of train({ model, data, loss, optimizer: adam({ learningRate: 0.02 }), epochs: 1 }));
  const batch = pairs(60);
  const [plain, wide] = [
    await greedy(model.writer(batch), writing),
    await beamSearch(model.writer(batch), { ...writing, width: 5 }),
  ];
  const gains = plain.map(({ score }, row) => wide[row]![0]!.score - score);
  for (const gain of gains) expect(gain).toBeGreaterThan(-1e-4);
  expect(Math.max(...gains)).toBeGreaterThan(0.01);
});

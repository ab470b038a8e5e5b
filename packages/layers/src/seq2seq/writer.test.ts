/** What a search over an encoder–decoder adds up is what teacher forcing says of the same text, however beams changed places. */
import { AdditiveScore, Attention, DotScore, MultiHead } from '@seqloom/attention';
import { adam, dataset, Rng, train, useBackend } from '@seqloom/core';
import { backendsHere, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BahdanauDecoder,
  beamSearch,
  diverse,
  Embedding,
  EncoderDecoder,
  GRUCell,
  greedy,
  LSTMCell,
  LuongDecoder,
  lstm,
  mustInclude,
  noRepeatedNgrams,
  sample,
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

const batchOf = (sources: number[][]) => {
  const longest = Math.max(...sources.map((row) => row.length));
  const source = tf.tensor2d(
    sources.map((row) => [...row, ...new Array<number>(longest - row.length).fill(0)]),
    undefined,
    'int32',
  );
  return { source, sourceMask: tf.cast(source, 'bool') };
};

/** The sum of the log-probabilities of `ids` (and of `end`) under teacher forcing. */
async function logProbability(
  model: ReturnType<typeof modelOf>,
  source: number[],
  ids: readonly number[],
  ended: boolean,
) {
  const said = ended ? [...ids, writing.end] : [...ids];
  const target = tf.tensor2d([[writing.start, ...said.slice(0, -1)]], undefined, 'int32');
  const all = await (tf.logSoftmax(model.forward({ ...batchOf([source]), target })) as tf.Tensor3D).array();
  return said.reduce((sum, id, t) => sum + all[0]![t]![id]!, 0);
}

describe.each(backendsHere())('searches over an EncoderDecoder on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.keys(decoders) as (keyof typeof decoders)[])('%s: as teacher forcing says', async (kind) => {
    const model = modelOf(kind);
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
      for (const [row, found] of (await search()).entries()) {
        for (const { ids, ended, weights, ...about } of found) {
          expect(about.logProbability).toBeCloseTo(await logProbability(model, sources[row]!, ids, ended), 4);
          for (const looked of weights) {
            const real = looked.subarray(0, sources[row]!.length);
            expect(real.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
          }
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

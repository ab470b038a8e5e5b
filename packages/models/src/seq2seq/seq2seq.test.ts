/** Seq2Seq: learns to turn words around, searches, and names bad input. */
import { Rng, saveWeights, useBackend } from '@seqloom/core';
import { Vocabulary } from '@seqloom/data';
import { averageLength, forcedPrefix, inverseSigmoidDecay, type Penalty, type Rule } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Seq2Seq, type Seq2SeqFitOptions, type TranslationDescription } from '../index.js';
import { verifyReadyModel } from '../ready-model-laws.js';

beforeAll(async () => void (await useBackend('wasm')));

const draw = new Rng(5);
const pairs = Array.from({ length: 200 }, () => {
  const source = Array.from({ length: 2 + draw.below(4) }, () => draw.choice([...'abcdef']));
  return { source, target: source.toReversed() };
});
const [train, unseen] = [pairs.slice(0, 170), pairs.slice(170)];
const sources = unseen.map(({ source }) => source);
const small = (network: TranslationDescription = { kind: 'gru', hiddenSize: 20 }) =>
  Seq2Seq.build(train, { network, dropout: 0, rng: new Rng(1) });

it.each<[TranslationDescription, epochs: number, loss: number]>([
  [{ kind: 'lstm', hiddenSize: 20, attention: 'general', inputFeeding: false }, 7, 0.6],
  [{ kind: 'gru', hiddenSize: 20 }, 1, 2.5],
  [{ kind: 'transformer', size: 16, heads: 2, layers: 1, dropout: 0 }, 5, 1.7],
])(
  '%o',
  async (network, epochs, most) => {
    const loss = await verifyReadyModel({
      ...{ train, unseen, build: () => small(network), load: (bytes) => Seq2Seq.load(bytes) },
      options: { epochs, batchSize: 10, learningRate: 0.015 },
      answer: (model) => (model as Seq2Seq).translate(sources, { width: 3, penalties: [averageLength(1)] }),
    });
    expect(loss).toBeLessThan(most);
  },
  60_000,
);

it.each([
  [{ kind: 'gru', hiddenSize: 16, copy: true }, 0.03],
  [{ kind: 'transformer', size: 24, heads: 2, dropout: 0, copy: true, coverage: 0.1 }, 0.02],
] as const)(
  'copies names that no vocabulary has: %o',
  async (network, learningRate) => {
    const names = (count: number, from: number) => Array.from({ length: count }, (_, i) => `name${from + i}`);
    const greetings = (people: readonly string[]) =>
      people.map((name) => ({ source: draw.shuffled(['hello', 'dear', name]), target: [name, 'is', 'greeted'] }));
    const [known, strangers] = [greetings(names(150, 0)), greetings(names(30, 1000))];
    const build = () =>
      Seq2Seq.build(known, {
        ...{ network, minCount: 2, labelSmoothing: 0.05 },
        ...{ dropout: 0, rng: new Rng(1) },
      });
    const loss = await verifyReadyModel({
      ...{ train: known, unseen: strangers, build, load: (bytes) => Seq2Seq.load(bytes) },
      options: { epochs: 5, batchSize: 10, learningRate },
      answer: async (model) => {
        const found = await (model as Seq2Seq).translate(
          strangers.map(({ source }) => source),
          { width: 3 },
        );
        const right = found.filter(([best], i) => best!.tokens.join() === strangers[i]!.target.join());
        expect(right.length).toBeGreaterThan(27);
        return found;
      },
    });
    expect(loss).toBeLessThan(0.1);
  },
  120_000,
);

it('rules, penalties and errors count rows as the sources are given, not as they are batched', async () => {
  const model = small();
  const many = [5, 2, 4, 3, 2].map((length, i) => [...'abcdef'].slice(i % 2, (i % 2) + length));
  const target = Vocabulary.fromJSON((model.config() as { target: unknown }).target);
  const rules = [forcedPrefix((row) => [target.id('abcde'[row]!)])];
  const seen = new Map<number, number>();
  const penalty: Penalty = (score, { row, weights }) => {
    seen.set(row, weights[0]!.findLastIndex((weight) => weight > 0) + 1);
    return score;
  };
  const found = await model.translate(many, { rules, penalties: [penalty], width: 2, maxLength: 3 });
  expect(found.map(([best]) => best!.tokens[0])).toEqual([...'abcde']);
  expect([...seen].sort(([a], [b]) => a - b).map(([, length]) => length)).toEqual(many.map(({ length }) => length));
  const nothing: Rule = (scores, { row }) => void (row === 3 && scores.fill(-Infinity));
  const failed = await model.translate(many, { rules: [nothing], maxLength: 3 }).catch((error) => error);
  expect(failed).toMatchObject({ name: 'UndecodableError', rows: [3] });
  expect(failed.found.map(({ length }: object[]) => length)).toEqual([1, 1, 1, 0, 1]);
});

it('scheduled sampling: the schedule is asked before each batch, coins are those of the seed, and a stopped run goes on as it would have', async () => {
  const fitted = async (options: Partial<Seq2SeqFitOptions>) => {
    const model = small();
    const { meanLoss } = await model.fit(train.slice(0, 40), { epochs: 2, batchSize: 10, ...options });
    return meanLoss;
  };
  const half = await fitted({ teacherForcing: () => 0.5 });
  expect(await fitted({ teacherForcing: () => 0.5 })).toBe(half);
  expect(await fitted({ teacherForcing: () => 1 })).not.toBe(half);
  const asked: number[] = [];
  await fitted({ teacherForcing: (done) => asked.push(done) && 1 });
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const options = { epochs: 1, batchSize: 40, teacherForcing: inverseSigmoidDecay(3) };
  const answer = (model: object) => (model as Seq2Seq).predict(sources);
  await verifyReadyModel({
    train,
    unseen,
    build: () => small(),
    load: (bytes) => Seq2Seq.load(bytes),
    options,
    answer,
  });
});

it('a beam of one is greedy, n-best come in order, and weights are of the source', async () => {
  const model = small();
  const [one, three] = [await model.translate(sources), await model.translate(sources, { width: 3 })];
  expect(one.map(([best]) => best!.tokens)).toEqual(await model.predict(sources));
  for (const [i, row] of three.entries()) {
    expect(row.map(({ score }) => score)).toEqual(row.map(({ score }) => score).toSorted((a, b) => b - a));
    for (const { tokens, weights } of row)
      expect(weights.map(({ length }) => length)).toEqual(tokens.map(() => sources[i]!.length));
  }
});

it('a file whose vocabulary is another than its weights were learnt with is named, and leaves nothing behind', async () => {
  const [model, other] = [
    small(),
    Seq2Seq.build([{ source: ['x'], target: ['y', 'z'] }], { network: { kind: 'gru', hiddenSize: 20 } }),
  ];
  const bytes = await saveWeights(model, other.config());
  const before = tf.memory().numTensors;
  await expect(Seq2Seq.load(bytes)).rejects.toThrow(/must have shape/);
  expect(tf.memory().numTensors).toBe(before);
});

describe('bad input is named', () => {
  it.each<[RegExp, () => unknown]>([
    [/source 0 is empty/, () => Seq2Seq.build([{ source: [], target: ['a'] }])],
    [/source 1 is empty/, () => small().predict([['a'], []])],
    [/`network.kind` must be one of/, () => small({ kind: 'cnn' as never, hiddenSize: 2 })],
    [/`network.coverage` is for networks with `copy`/, () => small({ kind: 'gru', hiddenSize: 2, coverage: 1 })],
    [/`teacherForcing` must be a function/, () => small().fit(train, { teacherForcing: 0.5 as never })],
    [/`width` must be a whole number/, () => small().predict(sources, { width: 0 })],
    [
      /has a part of its own as `network`/,
      async () => {
        const own = Seq2Seq.build(train, { network: () => small().network });
        return Seq2Seq.load(await own.save());
      },
    ],
  ])('%s', async (message, run) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

/** Decoding: beam = enumeration, one = greedy, batch = row by row; rules, phrases and draws keep their word; nothing is left behind. */
import { OptionError, Rng, UsageError, useBackend } from '@seqloom/core';
import { expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Allocation,
  averageLength,
  type BeamSearchOptions,
  beamSearch,
  diverse,
  forbid,
  forcedPrefix,
  greedy,
  type Hypothesis,
  minimumLength,
  mustInclude,
  noRepeatedNgrams,
  type Penalty,
  type Rule,
  repetitionPenalty,
  sample,
  stream,
  summaryCoverage,
  topK,
  topP,
  UndecodableError,
  type Writer,
  wuCoverage,
  wuLength,
} from '../index.js';

const [V, K, T] = [4, 3, 4];
const [start, end] = [3, 0];
const options = { start, end, maxLength: T };

/** Numbers that depend on all that was written, and on nothing else. */
function normals(row: number, history: readonly number[], count: number, salt: number): number[] {
  const rng = new Rng(history.reduce((hash, id) => Math.imul(hash, 31) + id + 7, row + 101 * salt) | 0);
  return Array.from({ length: count }, () => 1.5 * rng.normal());
}

const logSoftmax = (xs: readonly number[]) => {
  const total = Math.log(xs.reduce((sum, x) => sum + Math.exp(x), 0));
  return xs.map((x) => x - total);
};

/** Logits and (two heads of) attention are a function of row and history; the history is its state, as tensors that a search must gather. */
function writer(rows: readonly number[], size = V): Writer<{ row: tf.Tensor; history: tf.Tensor; heads: tf.Tensor }> {
  return {
    vocabularySize: size,
    rows: rows.length,
    start(copies) {
      const row = tf.tensor1d(
        rows.flatMap((r) => new Array<number>(copies).fill(r)),
        'int32',
      );
      const heads = tf.tensor1d(
        rows.flatMap((r) => new Array<number>(2 * copies).fill(r)),
        'int32',
      );
      return { row, history: tf.zeros([row.size, 0], 'int32'), heads };
    },
    step(symbols, state) {
      const history = tf.concat([state.history, tf.expandDims(symbols, 1)], 1);
      const [row, heads] = [[...state.row.dataSync()], [...state.heads.dataSync()]];
      const written = (history.arraySync() as number[][]).map((ids) => ids.slice(1));
      expect(heads).toEqual(row.flatMap((r) => [r, r]));
      const weights = row.flatMap((r, i) => [1, 2].map((head) => [attention(r, written[i]!, head)]));
      const logits = row.map((r, i) => normals(r, written[i]!, size, 0));
      return { logits: tf.tensor2d(logits), weights: tf.tensor3d(weights), state: { ...state, history } };
    },
  };
}

const attention = (row: number, history: readonly number[], head: number) =>
  logSoftmax(normals(row, history, K, head)).map(Math.exp);

/** Every sequence that the rules allow, with its score. */
function enumerate(
  row: number,
  rules: readonly Rule[],
  penalties: readonly Penalty[],
  keep: (ids: number[]) => boolean,
) {
  const found: Omit<Hypothesis, 'weights'>[] = [];
  const visit = (ids: number[], logProbability: number, weights: Float32Array[]) => {
    const finish = (ended: boolean, total: number, looked: Float32Array[]) => {
      if (!keep(ids)) return;
      const about = { row, length: ids.length + Number(ended), weights: looked };
      found.push({ ids, ended, logProbability: total, score: penalties.reduce((s, p) => p(s, about), total) });
    };
    if (ids.length === T) return finish(false, logProbability, weights);
    const scores = Float32Array.from(logSoftmax(normals(row, ids, V, 0)));
    for (const rule of rules) rule(scores, { ids, row, end, maxLength: T });
    const heads = [1, 2].map((head) => attention(row, ids, head));
    const looked = [...weights, Float32Array.from(heads[0]!, (x, k) => (x + heads[1]![k]!) / 2)];
    for (const [id, score] of scores.entries()) {
      if (score === -Infinity) continue;
      if (id === end) finish(true, logProbability + score, looked);
      else visit([...ids, id], logProbability + score, looked);
    }
  };
  visit([], 0, []);
  return found.sort((a, b) => b.score - a.score);
}

const contains = (ids: readonly number[], phrase: readonly number[]) => `,${ids},`.includes(`,${phrase},`);

/** The same sequences in the same order, with the same scores. */
function expectSame(found: readonly Hypothesis[], expected: readonly Omit<Hypothesis, 'weights'>[]): void {
  const names = (list: readonly Omit<Hypothesis, 'weights'>[]) =>
    list.map(({ ids, ended }) => `${ids}${ended ? '.' : ''}`);
  expect(names(found)).toEqual(names(expected));
  for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(expected[i]!.score, 4);
}

beforeAll(async () => void (await useBackend('cpu')));

describe('a beam as wide as all sequences is an enumeration', () => {
  const rules: Record<string, Rule[]> = {
    'no rule': [],
    'repetition penalty': [repetitionPenalty(1.3)],
    'no bigram twice': [noRepeatedNgrams(2)],
    'no symbol twice, at least two': [noRepeatedNgrams(1), minimumLength(2)],
    'a prefix for each row, one symbol never': [forcedPrefix((row) => [1 + (row % 2)]), forbid([3])],
  };
  const penalties: Record<string, Penalty[]> = {
    none: [],
    wu: [wuLength(0.8)],
    'avg, then coverage': [averageLength(1), wuCoverage(0.3, [3, 2])],
    'wu, then summary': [wuLength(0.5), summaryCoverage(0.7)],
  };
  const all = Object.entries(rules).flatMap(([rule, own]) =>
    Object.entries(penalties).map(([penalty, its]) => ({ rule, penalty, own, its })),
  );
  it.each(all)('$rule; $penalty', async ({ own, its }) => {
    const found = await beamSearch(writer([0, 1]), { ...options, width: V ** T, rules: own, penalties: its });
    for (const row of [0, 1])
      expectSame(
        found[row]!,
        enumerate(row, own, its, () => true),
      );
  });

  it.each([
    [[[1, 2]]],
    [[[1], [3, 3]]],
    [
      [
        [1, 2],
        [2, 3],
      ],
    ],
    [[[2], [1, 2], [3]]],
    [[[1], [1], [2], [3]]],
  ])('of all with the phrases %j', async (phrases) => {
    const found = await beamSearch(writer([0]), { ...options, width: V ** T, allocation: mustInclude(phrases) });
    const every = enumerate(0, [], [], (ids) => phrases.every((phrase) => contains(ids, phrase)));
    expectSame(found[0]!, every);
  });
});

describe('beams', () => {
  const rules = [repetitionPenalty(1.2), noRepeatedNgrams(2), minimumLength(2)];
  const wide = { start: 9, end, maxLength: 12 };
  const rows = [4, 5, 6, 7, 8, 9, 10];
  const one = (row: number) => writer([row], 10);
  const many = () => writer(rows, 10);

  it('of one is greedy', async () => {
    const [beam, plain] = [
      await beamSearch(many(), { ...wide, rules, width: 1 }),
      await greedy(many(), { ...wide, rules }),
    ];
    expect(beam).toEqual(plain.map((found) => [found]));
  });

  it.each<[string, Partial<BeamSearchOptions>]>([
    ['plain', {}],
    ['with rules and penalties', { rules, penalties: [wuLength(1), wuCoverage(0.2)] }],
    ['diverse', { allocation: diverse({ groups: 2, strength: 0.5 }) }],
    ['with phrases', { allocation: mustInclude([[1, 2], [5]]) }],
  ])('of a batch are those row by row: %s', async (_, more) => {
    const given = { ...wide, width: 4, ...more };
    const together = await beamSearch(many(), given);
    for (const [i, row] of rows.entries()) expect(together[i]).toEqual(own(await beamSearch(one(row), given)));
    for (const found of together)
      for (const { ids, weights, ended } of found) {
        expect(weights.length).toBe(ids.length + Number(ended));
        expect(ids.length).toBeLessThanOrEqual(12);
      }
    await expectNoLeak(() => beamSearch(many(), given));
  });

  it('look where the model looked', async () => {
    const [found] = await beamSearch(one(4), { ...wide, width: 5 });
    for (const { ids, weights } of found!)
      for (const [t, row] of weights.entries()) {
        const [a, b] = [1, 2].map((head) => attention(4, ids.slice(0, t), head));
        for (const [k, x] of row.entries()) expect(x).toBeCloseTo((a![k]! + b![k]!) / 2, 5);
      }
  });

  it('repeat no n-gram that is blocked, however long', async () => {
    const long = { start: 9, maxLength: 60, width: 3, rules: [noRepeatedNgrams(3)] };
    for (const { ids } of (await beamSearch(writer([1, 2], 6), { ...long, start: 5 })).flat()) {
      const grams = ids.slice(2).map((_id, i) => String(ids.slice(i, i + 3)));
      expect(ids.length).toBe(60);
      expect(new Set(grams).size).toBe(grams.length);
    }
  });

  it.each([1, 2, 3, 5, 9])('of %i write every phrase, as long as there is room', async (width) => {
    const rng = new Rng(width);
    const phrases = rows.map(() =>
      Array.from({ length: 1 + rng.below(3) }, () => Array.from({ length: 1 + rng.below(3) }, () => 1 + rng.below(9))),
    );
    const room = phrases.map((list) => list.flat().length);
    const given = {
      start: 9,
      end,
      maxLength: Math.max(...room),
      width,
      allocation: mustInclude((row) => phrases[row]!),
    };
    for (const [row, found] of (await beamSearch(many(), given)).entries()) {
      expect(found.length).toBeGreaterThan(0);
      for (const { ids } of found) for (const phrase of phrases[row]!) expect(contains(ids, phrase)).toBe(true);
    }
  });

  it('in groups are plain beams without strength, and begin differently with much of it', async () => {
    const plain = await beamSearch(many(), { ...wide, width: 2 });
    const same = await beamSearch(many(), { ...wide, width: 6, allocation: diverse({ groups: 3, strength: 0 }) });
    for (const [row, found] of same.entries())
      expectSame(
        found,
        plain[row]!.flatMap((hypothesis) => [hypothesis, hypothesis, hypothesis]),
      );
    const apart = await beamSearch(many(), { ...wide, width: 5, allocation: diverse({ groups: 5, strength: 100 }) });
    for (const found of apart) expect(new Set(found.map(({ ids }) => ids[0])).size).toBe(5);
  });
});

const own = (found: readonly Hypothesis[][]) => found[0]!;

it('a search that is cancelled at work frees what it has', async () => {
  const cancelled = async (search: (signal: AbortSignal) => Promise<unknown>) => {
    const controller = new AbortController();
    const done = search(controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(done).rejects.toThrow(UsageError);
  };
  const given = { start: 9, maxLength: 1e6 };
  await expectNoLeak(() => cancelled((signal) => beamSearch(writer([4, 5], 10), { ...given, width: 4, signal })));
  await expectNoLeak(() => cancelled((signal) => greedy(writer([4, 5], 10), { ...given, signal })));
});

describe('streams', () => {
  it('yield greedy symbol by symbol, and stop when left or cancelled', async () => {
    const given = { start: 9, end, maxLength: 12 };
    const whole = await greedy(writer([4, 5, 6], 10), given);
    const ids: number[][] = [[], [], []];
    for await (const tokens of stream(writer([4, 5, 6], 10), given))
      for (const { row, id } of tokens) if (id !== end) ids[row]!.push(id);
    expect(ids).toEqual(whole.map((found) => found.ids));
    const controller = new AbortController();
    let steps = 0;
    await expectNoLeak(async () => {
      for await (const _ of stream(writer([4], 10), given)) break;
    });
    for await (const _ of stream(writer([4], 10), { start: 9, maxLength: 12, signal: controller.signal }))
      if (++steps === 3) controller.abort();
    expect(steps).toBe(3);
    const { signal } = controller;
    for (const search of [greedy, sample])
      await expect(search(writer([4]), { ...options, signal })).rejects.toThrow(UsageError);
    await expect(beamSearch(writer([4]), { ...options, width: 2, signal })).rejects.toThrow('cancelled');
  });

  it('sampled in a batch are those row by row, the same for the same seed', async () => {
    const given = { start: 9, end, maxLength: 12, rules: [topP(0.9)] };
    const together = await sample(writer([4, 5, 6], 10), { ...given, rng: new Rng(3) });
    const rng = new Rng(3);
    for (const [i, row] of [4, 5, 6].entries())
      expect([together[i]]).toEqual(await sample(writer([row], 10), { ...given, rng }));
  });

  it('draw as often as the filtered distribution says', async () => {
    const draws = 6000;
    const found = await sample(writer(new Array(draws).fill(2), 6), {
      start: 5,
      maxLength: 1,
      rules: [topK(4)],
      rng: new Rng(5),
    });
    const scores = Float32Array.from(logSoftmax(normals(2, [], 6, 0)));
    topK(4)(scores, { ids: [], row: 0, end: undefined, maxLength: 1 });
    const probabilities = logSoftmax([...scores]).map(Math.exp);
    for (const [id, p] of probabilities.entries()) {
      const share = found.filter(({ ids }) => ids[0] === id).length / draws;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws) + 1e-9);
    }
    const total = found.reduce((sum, { logProbability }) => sum + logProbability, 0) / draws;
    const entropy = probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    expect(total).toBeCloseTo(entropy, 1);
  });
});

describe('bad input is named, and nothing is lost', () => {
  const beam = (more: Partial<BeamSearchOptions>) => () =>
    beamSearch(writer([0, 1]), { ...options, width: 2, ...more });
  const room = (phrases: number[][]): { allocation: Allocation } => ({ allocation: mustInclude(phrases) });
  it.each<[RegExp, () => Promise<unknown>]>([
    [/`width` must be a whole number of at least 1, got 0/, beam({ width: 0 })],
    [/`width` must be a multiple of the 3 groups/, beam({ allocation: diverse({ groups: 3, strength: 1 }) })],
    [/`maxLength` must be/, beam({ maxLength: 0 })],
    [/`start` must be an id below 4, got 4/, beam({ start: 4 })],
    [/`end` must be an id below 4, got -1/, beam({ end: -1 })],
    [/every symbol must be an id below 4, got 7/, beam(room([[7]]))],
    [/a phrase of row 0 is empty/, beam(room([[]]))],
    [/a phrase of row 0 contains `end`/, beam(room([[1, 0]]))],
    [/`length` must be at most maxLength = 4, got 5/, beam({ rules: [minimumLength(5)] })],
    [/prefix of row 0 is longer/, beam({ rules: [forcedPrefix([1, 1, 1, 1, 1])] })],
    [/every symbol must be an id below 4/, beam({ rules: [forcedPrefix([9])] })],
    [/`rules` must be functions/, beam({ rules: [3 as never] })],
    [/unknown option `beams`/, beam({ beams: 3 } as never)],
    [/`writer` must have/, () => greedy({} as never, options)],
  ])('%s', async (message, run) => {
    await expect(run()).rejects.toThrow(OptionError);
    await expect(run()).rejects.toThrow(message);
    await expectNoLeak(() => run().catch(() => undefined));
  });

  it('nothing decodable within the greatest length', async () => {
    const tooLong = beam(
      room([
        [1, 2, 3],
        [2, 2],
      ]),
    );
    await expect(tooLong()).rejects.toThrow(UndecodableError);
    await expect(tooLong()).rejects.toThrow(/nothing can be written for row 0, 1/);
    const second = forbid((row) => (row === 1 ? [0, 1, 2, 3] : []));
    for (const search of [beam({ rules: [second] }), () => greedy(writer([0, 1]), { ...options, rules: [second] })]) {
      const error: UndecodableError = await search().then(
        () => expect.unreachable(),
        (thrown) => thrown,
      );
      expect(error.rows).toEqual([1]);
      expect(error.found[0]![0]!.ids.length).toBeGreaterThan(0);
    }
    await expectNoLeak(() => tooLong().catch(() => undefined));
  });

  it('logits that are no numbers, attention that is not there', async () => {
    const broken = { ...writer([0]), step: () => ({ logits: tf.fill([2, V], Number.NaN) as tf.Tensor2D, state: {} }) };
    await expect(beamSearch(broken as never, { ...options, width: 2 })).rejects.toThrow(
      /not finite after 0 symbols of row 0/,
    );
    const blind: Writer<object> = {
      ...{ vocabularySize: V, rows: 1, start: () => ({}) },
      step: (symbols) => ({ logits: tf.zeros([symbols.size, V]), state: {} }),
    };
    await expect(beamSearch(blind, { ...options, width: 2, penalties: [wuCoverage(1)] })).rejects.toThrow(
      /no attention weights/,
    );
  });
});

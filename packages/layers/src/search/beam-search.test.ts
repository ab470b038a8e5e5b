/** A beam as wide as all sequences is an enumeration; one is greedy, a batch is row by row; rules and phrases keep their word. */
import { Rng, useBackend } from '@seqloom/core';
import { expectNoLeak } from '@seqloom/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
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
  summaryCoverage,
  wuCoverage,
  wuLength,
} from '../index.js';
import { attention, contains, logSoftmax, normals, writer } from './history-writer.js';

const [V, T] = [4, 4];
const [start, end] = [3, 0];
const options = { start, end, maxLength: T };

beforeAll(async () => void (await useBackend('cpu')));

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

/** The same sequences in the same order, with the same scores. */
function expectSame(found: readonly Hypothesis[], expected: readonly Omit<Hypothesis, 'weights'>[]): void {
  const names = (list: readonly Omit<Hypothesis, 'weights'>[]) =>
    list.map(({ ids, ended }) => `${ids}${ended ? '.' : ''}`);
  expect(names(found)).toEqual(names(expected));
  for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(expected[i]!.score, 4);
}

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

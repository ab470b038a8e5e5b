import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Unigram } from './index.js';
import { seedTokens } from './learning/seed-tokens.js';
import { UnigramModel } from './models/lattice.js';

const symbols = ['a', 'b', 'c', '😀'];
const text = fc.string({ unit: fc.constantFrom(...symbols), minLength: 1, maxLength: 6 });
const models = fc
  .uniqueArray(fc.tuple(text, fc.double({ min: -9, max: -0.1, noNaN: true })), {
    selector: ([token]) => token,
    minLength: 3,
    maxLength: 15,
  })
  .map((list) => ({ tokens: list.map(([token]) => token), scores: list.map(([, score]) => score) }));

interface Way {
  readonly ids: number[];
  readonly score: number;
}

/** Every way to cut a word: by trying all. */
function ways(word: string, { tokens, scores }: { tokens: string[]; scores: number[] }): Way[] {
  if (word === '') return [{ ids: [], score: 0 }];
  const first = [...word][0]!;
  const begin = tokens.flatMap((token, id) => (word.startsWith(token) ? [{ token, id, score: scores[id]! }] : []));
  if (!tokens.includes(first)) begin.push({ token: first, id: -1, score: Math.min(...scores) - 10 });
  return begin.flatMap(({ token, id, score }) =>
    ways(word.slice(token.length), { tokens, scores }).map((rest) => ({
      ids: [id, ...rest.ids],
      score: score + rest.score,
    })),
  );
}

const idsOf = ({ arcs }: { arcs: readonly { id: number }[] }) => arcs.map(({ id }) => id);

describe('equal to trying all ways', () => {
  test('law: best, n best, sum over all, expected counts', () => {
    const law = fc.property(models, text, ({ tokens, scores }, word) => {
      const model = new UnigramModel(tokens, scores);
      const all = ways(word, { tokens, scores }).sort((a, b) => b.score - a.score);
      expect(model.best(word).score).toBeCloseTo(all[0]!.score, 9);
      expect(model.nBest(word, 5).map(({ score }) => score.toFixed(6))).toEqual(
        all.slice(0, 5).map(({ score }) => score.toFixed(6)),
      );
      expect(new Set(model.nBest(word, 100).map((path) => idsOf(path).join()))).toEqual(
        new Set(all.slice(0, 100).map(({ ids }) => ids.join())),
      );
      const total = Math.log(all.reduce((sum, { score }) => sum + Math.exp(score), 0));
      const expected = new Map<number, number>();
      const found = model.expect(word, (id, probability) => expected.set(id, (expected.get(id) ?? 0) + probability));
      expect(found).toBeCloseTo(total, 9);
      for (const id of [-1, ...tokens.keys()]) {
        const sum = all.reduce((s, way) => s + Math.exp(way.score - total) * way.ids.filter((x) => x === id).length, 0);
        expect(expected.get(id) ?? 0).toBeCloseTo(sum, 9);
      }
    });
    fc.assert(law, { numRuns: 300 });
  });

  test('law: samples come as often as P^temper says', () => {
    const parts = { tokens: ['a', 'b', 'ab', 'aba', 'ba'], scores: [-1, -2, -1.5, -3, -2.5] };
    const model = new UnigramModel(parts.tokens, parts.scores);
    const rng = new Rng(1);
    for (const temper of [0, 0.5, 2]) {
      const all = ways('abab', parts).map(({ ids, score }) => ({ ids: ids.join(), weight: Math.exp(temper * score) }));
      const total = all.reduce((sum, { weight }) => sum + weight, 0);
      const drawn = Array.from({ length: 4000 }, () => idsOf({ arcs: model.sample('abab', temper, rng) }).join());
      for (const { ids, weight } of all) {
        expect(drawn.filter((way) => way === ids).length / 4000).toBeCloseTo(weight / total, 1);
      }
    }
  });

  test('law: seeds are the parts that occur twice and are not always followed by the same character', async () => {
    const list = fc.array(fc.tuple(text, fc.integer({ min: 1, max: 3 })), { maxLength: 8 });
    const law = fc.asyncProperty(list, async (words) => {
      const counts = new Map<string, number>();
      for (const [word, times] of words) {
        const points = [...word];
        for (let i = 0; i < points.length; i++) {
          for (let j = i + 1; j <= points.length && j <= i + 4; j++) {
            const part = points.slice(i, j).join('');
            counts.set(part, (counts.get(part) ?? 0) + times);
          }
        }
      }
      const length = (part: string) => [...part].length;
      const followed = (part: string, count: number) =>
        length(part) < 4 && symbols.some((next) => counts.get(part + next) === count);
      const wanted = [...counts].filter(([part, count]) => length(part) > 1 && count > 1 && !followed(part, count));
      const pause = () => undefined;
      const { seeds, characters } = await seedTokens(words, { maxLength: 4, forbidden: new Set() }, pause);
      expect(seeds).toEqual(new Map(wanted));
      expect(characters).toEqual(new Map([...counts].filter(([part]) => length(part) === 1)));
    });
    await fc.assert(law, { numRuns: 200 });
  });
});

test('learns the words of a language without blanks, and cuts it in other ways', async () => {
  const rng = new Rng(2);
  const words = ['kita', 'sora', 'umi', 'neko', 'inu', 'hana'];
  const texts = Array.from({ length: 300 }, () => Array.from({ length: 6 }, () => rng.choice(words)).join(''));
  const unigram = await Unigram.train(texts, { size: 30 });
  const tokens = unigram.tokenize('nekosoraumihana').map(({ token }) => token);
  expect(tokens.filter((token) => token.length > 1).join('')).toBe(
    '▁nekosoraumihana'.replace(/^▁(?=neko)/, tokens[0] === '▁' ? '' : '▁'),
  );
  const best = unigram.nBest('nekosora umi', 4);
  expect(best[0]!.ids).toEqual(unigram.encode('nekosora umi'));
  expect(best.map(({ score }) => score)).toEqual(best.map(({ score }) => score).sort((a, b) => b - a));
  expect(new Set(best.map(({ ids }) => ids.join())).size).toBe(4);
  for (const { ids } of best) expect(unigram.decode(ids)).toBe('nekosora umi');
  const drawn = Array.from({ length: 20 }, () => unigram.sample('nekosora umi', { temper: 0.2, rng }));
  for (const ids of drawn) expect(unigram.decode(ids)).toBe('nekosora umi');
  expect(new Set(drawn.map(String)).size).toBeGreaterThan(3);
  expect(unigram.sample('nekosora', { temper: 1000, rng })).toEqual(unigram.encode('nekosora'));
});

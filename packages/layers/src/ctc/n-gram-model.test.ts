import { DataError, OptionError } from '@seqloom/core';
import { describe, expect, it } from 'vitest';
import { NGramModel, readArpa } from '../index.js';

const corpus = [[0, 1, 2, 0, 1], [1, 2, 2], [0, 1, 3], [], [3, 3, 0, 1, 2]];
const V = 5; // 4 never occurs

/** Interpolated Kneser–Ney by its definition, from the corpus itself. */
function kneserNey(word: string, context: readonly string[], order: number): number {
  const rows = corpus.map((ids) => ['<s>', ...ids.map(String), '</s>']);
  const grams = (n: number) => rows.flatMap((row) => row.slice(n - 1).map((_, i) => row.slice(i, i + n)));
  const n = context.length + 1;
  const frequency = (gram: readonly string[]) => {
    const same = (other: readonly string[]) => other.join() === gram.join();
    if (gram.length === order || gram[0] === '<s>') return grams(gram.length).filter(same).length;
    const longer = grams(gram.length + 1).filter((each) => same(each.slice(1)));
    return new Set(longer.map((each) => each[0])).size;
  };
  const seen = [...new Set(grams(n).map((gram) => gram.join()))]
    .map((key) => key.split(','))
    .filter((gram) => gram.at(-1) !== '<s>');
  const [once, twice] = [1, 2].map((value) => seen.filter((gram) => frequency(gram) === value).length) as [
    number,
    number,
  ];
  const D = once && twice ? once / (once + 2 * twice) : 0.5;
  const after = seen.filter((gram) => gram.slice(0, -1).join() === context.join());
  const total = after.reduce((sum, gram) => sum + frequency(gram), 0);
  const shorter = n === 1 ? 1 / (V + 1) : kneserNey(word, context.slice(1), order);
  if (total === 0) return shorter;
  const gram = [...context, word];
  const own = after.some((each) => each.join() === gram.join()) ? frequency(gram) - D : 0;
  return Math.max(own, 0) / total + ((D * after.length) / total) * shorter;
}

const contexts = [[], [0], [1], [4], [0, 1], [1, 2], [2, 2], [4, 0], [3, 0, 1]];

function distribution(model: NGramModel, ids: readonly number[]): number[] {
  const state = ids.reduce((s, id) => model.next(s, id).state, model.start());
  const next = Array.from({ length: model.vocabularySize }, (_, id) => model.next(state, id).logProbability);
  return [...next, model.end(state).logProbability].map(Math.exp);
}

describe.each(['kneserNey', 'additive'] as const)('%s', (smoothing) => {
  it.each([1, 2, 3, 4])('gives distributions after any context, of order %d', (order) => {
    const model = NGramModel.train(corpus, { order, vocabularySize: V, smoothing });
    for (const ids of contexts) {
      const p = distribution(model, ids);
      expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
      expect(Math.min(...p)).toBeGreaterThan(0);
    }
    const again = NGramModel.load(JSON.parse(JSON.stringify(model.save())));
    expect(again.score([0, 1, 4])).toBe(model.score([0, 1, 4]));
  });
});

it.each([1, 2, 3])('is interpolated Kneser–Ney, order %d', (order) => {
  const model = NGramModel.train(corpus, { order, vocabularySize: V });
  for (const ids of contexts) {
    const context = ['<s>', ...ids.map(String)].slice(Math.max(0, ids.length + 2 - order));
    const expected = ['0', '1', '2', '3', '4', '</s>'].map((word) => kneserNey(word, context, order));
    for (const [w, p] of distribution(model, ids).entries()) expect(p).toBeCloseTo(expected[w]!, 10);
  }
});

it('is additive smoothing, by hand', () => {
  const model = NGramModel.train([[0, 0, 1]], { order: 2, vocabularySize: 2, smoothing: 'additive', k: 0.5 });
  const unigram = [(2 + 1 / 3) / 5, (1 + 1 / 3) / 5]; // 4 tokens with the end, one more expected
  const state = model.next(model.start(), 0).state;
  expect(Math.exp(model.next(state, 1).logProbability)).toBeCloseTo((1 + unigram[1]!) / 3, 10);
  expect(model.score([0, 0, 1])).toBeGreaterThan(model.score([1, 1, 0]));
});

const arpa = `made by hand
\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-1\t<s>\t-0.5
-0.5\ta\t-0.25
-0.75\t<unk>
-0.4\t</s>

\\2-grams:
-0.1\t<s> a
-0.2\ta </s>

\\end\\
`;

it('reads ARPA', () => {
  const model = readArpa(
    arpa,
    new Map([
      ['a', 0],
      ['b', 1],
    ]),
  );
  expect(model.score([0])).toBeCloseTo(-0.3 * Math.LN10);
  expect(model.score([0, 0])).toBeCloseTo((-0.1 - 0.25 - 0.5 - 0.2) * Math.LN10);
  expect(() => readArpa(arpa.slice(0, -8), new Map())).toThrow(DataError);
  const words = Array.from({ length: 200_000 }, (_, i) => [`word${i}`, i] as const);
  expect(() => readArpa(arpa, new Map([...words, ['a', 200_000]]))).not.toThrow();
  expect(() => readArpa(arpa.replace('-0.75', 'x'), new Map())).toThrow(/line 9 is no 1-gram/);
});

it('names what is wrong', () => {
  expect(() => NGramModel.train([[5]], { vocabularySize: 5 })).toThrow('id 5 of sequence 0 is not in the vocabulary');
  expect(() => NGramModel.train([], { vocabularySize: 5 })).toThrow(DataError);
  expect(() => NGramModel.train(corpus, { vocabularySize: 5, order: 0 })).toThrow(OptionError);
  expect(() => NGramModel.load({} as never)).toThrow(DataError);
});

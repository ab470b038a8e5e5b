import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataset } from '../index.js';
import { BytePairs } from './index.js';

const corpus = [
  'the cat sat on the mat',
  "the cats' hats, ¿qué? the cat can't",
  'aaaa aaa aa 1999 1998',
  '猫と猫 the 😀😀',
];
const anyText = fc.string({ unit: 'grapheme', maxLength: 30 });
const alphabets = ['bytes', 'characters'] as const;

describe.each(alphabets)('over %s', async (alphabet) => {
  const bpe = await BytePairs.train(corpus, { size: 300, alphabet, minCount: 1 });

  test('law: decode(encode(text)) is the text, and fewer ids than symbols', () => {
    const known = fc.string({ unit: fc.constantFrom(...[...corpus.join('')]), maxLength: 40 });
    const texts = alphabet === 'bytes' ? fc.oneof(anyText, known) : known;
    const law = fc.property(texts, (text) => {
      expect(bpe.decode(bpe.encode(text))).toBe(text);
      expect(bpe.encode(text).length).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
    });
    fc.assert(law, { numRuns: 1000 });
    for (const text of corpus) expect(bpe.decode(bpe.encode(text))).toBe(text);
    expect(bpe.encode('the cat')).toHaveLength(2);
  });

  test('law: saved and loaded it encodes the same', () => {
    const loaded = BytePairs.fromJSON(JSON.parse(JSON.stringify(bpe)));
    const law = fc.property(anyText, (text) => {
      expect(loaded.encode(text)).toEqual(bpe.encode(text));
    });
    fc.assert(law);
    expect(loaded.toJSON()).toEqual(bpe.toJSON());
  });

  test('padding, start and end are left out of the text; the rest is as it stood', async () => {
    const { vocabulary, ...rest } = await BytePairs.train(dataset(corpus), {
      size: 280,
      alphabet,
      specials: { end: '</s>', start: '<s>' },
    });
    expect(rest.alphabet).toBe(alphabet);
    const again = await BytePairs.train(corpus, { size: 280, alphabet, specials: { end: '</s>', start: '<s>' } });
    expect(again.vocabulary.tokens).toEqual(vocabulary.tokens);
    const ids = again.encode('the mat');
    expect(again.decode([vocabulary.start, ...ids, vocabulary.end, ...ids])).toBe('the mat');
  });
});

test('law: the merges are those of counting everything anew each time', async () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 7 }), {
    maxLength: 12,
  });
  const law = fc.asyncProperty(words, async (texts) => {
    const bpe = await BytePairs.train(texts, { size: 25, alphabet: 'characters' });
    expect(bpe.vocabulary.tokens.slice(2)).toEqual(naive(texts, 23));
  });
  await fc.assert(law, { numRuns: 300 });
});

/** The tokens of byte-pair encoding by its definition. */
function naive(texts: string[], size: number): string[] {
  const tokens = [...new Set(texts.join(''))].sort();
  let words = texts.map((text) => [...text]);
  while (tokens.length < size) {
    const pairs = words.flatMap((word) => word.slice(1).map((right, i) => [word[i]!, right] as const));
    const counts = new Map<string, number>();
    for (const pair of pairs) counts.set(pair.join(' '), (counts.get(pair.join(' ')) ?? 0) + 1);
    const order = (pair: string) => pair.split(' ').map((symbol) => tokens.indexOf(symbol));
    const ranked = [...counts].sort(
      ([p, m], [q, n]) => n - m || order(p)[0]! - order(q)[0]! || order(p)[1]! - order(q)[1]!,
    );
    const [pair, times] = ranked[0] ?? ['', 0];
    if (times < 2) break;
    const [left, right] = pair.split(' ');
    if (!tokens.includes(left! + right)) tokens.push(left! + right);
    words = words.map((word) => {
      const out: string[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) out.push(left! + word[++i]);
        else out.push(word[i]!);
      }
      return out;
    });
  }
  return tokens;
}

test('a text may read like a special, and a long word without blanks is no trouble', async () => {
  const bpe = await BytePairs.train(['<pad>'.repeat(50)], { size: 270 });
  expect(bpe.decode(bpe.encode('<pad><unk>'))).toBe('<pad><unk>');
  expect(bpe.encode('<pad>')).not.toContain(bpe.vocabulary.padding);
  const word = 'ab'.repeat(20_000);
  expect(bpe.decode(bpe.encode(word))).toBe(word);
  expect(bpe.decode(bpe.encode('\uFEFFa \uD800'))).toBe('\uFEFFa \uFFFD');
});

test('characters that were never seen are unknown', async () => {
  const bpe = await BytePairs.train(['abab'], { size: 9, alphabet: 'characters' });
  expect(bpe.encode('abz')).toEqual([bpe.vocabulary.id('ab'), bpe.vocabulary.unknown]);
  expect(bpe.decode(bpe.encode('abz'))).toBe('ab<unk>');
});

test('impossible options, a signal, what is no saved form', async () => {
  const option = expect.objectContaining({ name: 'OptionError' });
  for (const options of [
    { size: 257 },
    { size: 300, alphabet: 'words' },
    { size: 300, specials: { end: 'a' } },
    { size: 300, minCount: 0 },
    { size: 300, merges: 2 },
  ]) {
    await expect(BytePairs.train(corpus, options as never)).rejects.toEqual(option);
  }
  const signal = AbortSignal.abort();
  await expect(BytePairs.train(corpus, { size: 300, signal })).rejects.toMatchObject({ name: 'UsageError' });
  const saved = JSON.parse(JSON.stringify(await BytePairs.train(corpus, { size: 300 })));
  for (const wrong of [
    null,
    {},
    { version: 2 },
    { alphabet: 'words' },
    { vocabulary: {} },
    { merges: [[1]] },
    { merges: [[2, 9999]] },
    { merges: [[2, 2]] },
  ]) {
    const value = wrong && Object.keys(wrong).length > 0 ? { ...saved, ...wrong } : wrong;
    expect(() => BytePairs.fromJSON(value)).toThrow(expect.objectContaining({ name: 'DataError' }));
  }
});

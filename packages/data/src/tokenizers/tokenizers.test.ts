import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BytePairs, type Tokenizer, Unigram, type Watching, WordPiece } from './index.js';

const corpus = [
  'the cat sat on the mat, the cat ate.',
  "the cats' hats, ¿qué? the cat can't sit; naïve cafés",
  'aaaa aaa aa 1999 1998 2001 the mats and the hats',
  '猫と猫 the 😀😀 👩‍🚀 e\u0301te\u0301 été ﬁne ½ ñandú',
];

interface Kind {
  readonly name: string;
  train(texts: Iterable<string>, options?: Watching): Promise<Tokenizer>;
  load(value: unknown): Tokenizer;
  /** What `decode(encode(text))` is for known characters. */
  normal(text: string): string;
  /** Whether every text is known. */
  complete?: boolean;
}

const size = 330;
const kinds: Kind[] = [
  {
    name: 'BytePairs over bytes',
    train: (texts, options) => BytePairs.train(texts, { size, minCount: 1, ...options }),
    load: BytePairs.fromJSON,
    normal: (text) => text,
    complete: true,
  },
  {
    name: 'BytePairs over characters',
    train: (texts, options) => BytePairs.train(texts, { size, alphabet: 'characters', ...options }),
    load: BytePairs.fromJSON,
    normal: (text) => text,
  },
  {
    name: 'WordPiece',
    train: (texts, options) => WordPiece.train(texts, { size, ...options }),
    load: WordPiece.fromJSON,
    normal: bertWords,
  },
  {
    name: 'WordPiece without capitals',
    train: (texts, options) => WordPiece.train(texts, { size, lowercase: true, ...options }),
    load: WordPiece.fromJSON,
    normal: (text) =>
      bertWords(
        text
          .normalize('NFD')
          .replace(/\p{Mn}/gu, '')
          .toLowerCase(),
      ),
  },
  {
    name: 'Unigram',
    train: (texts, options) => Unigram.train(texts, { size, ...options }),
    load: Unigram.fromJSON,
    normal: (text) => text.normalize('NFKC'),
  },
  {
    name: 'Unigram as it stands',
    train: (texts, options) => Unigram.train(texts, { size, normalForm: 'none', ...options }),
    load: Unigram.fromJSON,
    normal: (text) => text,
  },
];

function bertWords(text: string): string {
  const clean = text.replace(/\p{Cf}/gu, '').replace(/[\u4E00-\u9FFF]/gu, ' $& ');
  return (clean.match(/[\p{P}$+<=>^`|~]|[^\s\p{P}$+<=>^`|~]+/gu) ?? []).join(' ');
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...corpus.join('')), maxLength: 40 }),
);
const letters = [...new Set('the cat sat on mat hats, né')];

describe.each(kinds)('$name', async ({ train, load, normal, complete }) => {
  const tokenizer = await train(corpus);
  const { vocabulary } = tokenizer;

  test('law: decode(encode(text)) is the text in its normal form', () => {
    const known = fc.string({ unit: fc.constantFrom(...letters), maxLength: 40 });
    const law = fc.property(complete ? fc.oneof(known, fc.string({ unit: 'grapheme' })) : known, (text) => {
      if (tokenizer.encode(text).includes(vocabulary.unknown)) return; // WordPiece: `##n` was never seen
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(normal(text));
    });
    fc.assert(law, { numRuns: 300 });
    for (const text of corpus) expect(tokenizer.decode(tokenizer.encode(text))).toBe(normal(text));
    expect(tokenizer.encode('the cat').length).toBeLessThanOrEqual(4);
    expect([tokenizer.encode(''), tokenizer.tokenize(''), tokenizer.decode([])]).toEqual([[], [], '']);
  });

  test('law: tokens and ids agree, places are in order and cover the text but for white space', () => {
    const law = fc.property(anyText, (text) => {
      const spans = tokenizer.tokenize(text);
      expect(spans.map(({ id }) => id)).toEqual(tokenizer.encode(text));
      let covered = 0;
      for (const { id, token, start, end } of spans) {
        expect(vocabulary.token(id)).toBe(token);
        expect(start <= end && start >= 0 && end <= text.length).toBe(true);
        if (start > covered) expect(text.slice(covered, start)).toMatch(/^[\s\p{C}\p{M}\uFFFD]*$/u);
        covered = Math.max(covered, end);
      }
      expect(text.slice(covered)).toMatch(/^[\s\p{C}\p{M}\uFFFD]*$/u);
    });
    fc.assert(law, { numRuns: 300 });
  });

  test('the place of a token reads like the token', () => {
    for (const text of [...corpus, 'the  hat\n\tthe cat']) {
      for (const { token, start, end } of tokenizer.tokenize(text)) {
        if (/^[a-z]+$/.test(token))
          expect(text.slice(start, end).normalize('NFKD').replace(/\p{M}/gu, '')).toContain(token);
      }
    }
  });

  test('law: saved and loaded it is the same, and learns the same again', async () => {
    const saved = JSON.parse(JSON.stringify(tokenizer));
    expect(structuredClone(tokenizer.toJSON())).toEqual(saved);
    const loaded = load(saved);
    const law = fc.property(anyText, (text) => {
      expect(loaded.tokenize(text)).toEqual(tokenizer.tokenize(text));
    });
    fc.assert(law, { numRuns: 100 });
    expect(JSON.parse(JSON.stringify(loaded))).toEqual(saved);
    expect(JSON.parse(JSON.stringify(await train(new Set(corpus))))).toEqual(saved);
    for (const wrong of [null, {}, { ...saved, version: 0 }, { ...saved, vocabulary: 1 }, { ...saved, format: 'x' }]) {
      expect(() => load(wrong)).toThrow(expect.objectContaining({ name: 'DataError' }));
    }
  });

  test('unknown characters, and what reads like a special', () => {
    const ids = tokenizer.encode('a\u{10FFFD}Ж');
    expect(ids.includes(vocabulary.unknown)).toBe(!complete);
    expect(tokenizer.encode('<pad> </s>')).not.toContain(vocabulary.padding);
    expect(tokenizer.decode([vocabulary.padding, ...tokenizer.encode('the cat')])).toBe('the cat');
    expect(() => tokenizer.decode([99_999])).toThrow(expect.objectContaining({ name: 'DataError' }));
  });

  test('learning tells how far it is and can be stopped', async () => {
    const done: number[] = [];
    await train(corpus, { onProgress: (part) => done.push(part) });
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const stopping = new AbortController();
    const endless = function* () {
      for (let i = 0; ; i++) yield `word${i}`;
    };
    setTimeout(() => stopping.abort(), 60);
    const stopped = train(endless(), { signal: stopping.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'UsageError' });
    await expect(train([1 as never])).rejects.toMatchObject({ name: 'DataError' });
    await expect(train(corpus, { size: 5 } as never)).rejects.toMatchObject({ name: 'OptionError' });
    await expect(train(corpus, { colour: 1 } as never)).rejects.toMatchObject({ name: 'OptionError' });
    await expect(train([], { size: 300 } as never)).resolves.toBeDefined();
  });
});

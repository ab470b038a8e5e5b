import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Vocabulary } from './index.js';

const named = (name: string) => expect.objectContaining({ name });
const tokens = fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 });

test('law: known tokens come back, others become unknown, whatever the options', () => {
  const law = fc.property(
    tokens,
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 4, max: 20 }),
    (all, minCount, maxSize) => {
      const specials = { start: '<s>', end: '</s>' };
      const vocabulary = Vocabulary.build(all, { minCount, maxSize, specials });
      expect(vocabulary.size).toBeLessThanOrEqual(maxSize);
      const { padding, unknown, start, end } = vocabulary;
      expect([padding, unknown, start, end]).toEqual([0, 1, 2, 3]);
      const expected = all.map((token) => (vocabulary.has(token) ? token : '<unk>'));
      const ids = vocabulary.encode(all);
      expect(vocabulary.decode(ids)).toEqual(expected);
      expect(vocabulary.decode([start, ...ids, end, padding, unknown])).toEqual(expected);
      expect(ids.map((id) => vocabulary.token(id))).toEqual(expected);
      const kept = new Set(all.filter((token) => all.filter((other) => other === token).length >= minCount));
      expect(vocabulary.size).toBe(Math.min(maxSize, kept.size + 4));
      expect([...kept].every((token) => vocabulary.has(token) || vocabulary.size === maxSize)).toBe(true);
    },
  );
  fc.assert(law);
});

test('law: the order of the training data does not matter, counts do as well as running tokens', () => {
  const law = fc.property(tokens, (all) => {
    const counts = new Map(all.map((token) => [token, all.filter((other) => other === token).length]));
    const expected = Vocabulary.build(all).tokens;
    expect(Vocabulary.build([...all].reverse()).tokens).toEqual(expected);
    expect(Vocabulary.build(counts).tokens).toEqual(expected);
  });
  fc.assert(law);
});

test('frequent tokens have small ids, ties go by code unit', () => {
  expect(Vocabulary.build('c b b a é'.split(' ')).tokens).toEqual(['<pad>', '<unk>', 'b', 'a', 'c', 'é']);
  expect(Vocabulary.build('b b a c'.split(' '), { maxSize: 4 }).tokens).toEqual(['<pad>', '<unk>', 'b', 'a']);
});

test('a text token that reads like a special is no special', () => {
  const vocabulary = Vocabulary.build(['<pad>', '<pad>', 'a']);
  expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', 'a']);
  expect(vocabulary.encode(['<pad>', '<unk>', 'a'])).toEqual([1, 1, 2]);
});

test('a closed vocabulary has no specials and refuses what it does not have', () => {
  const labels = Vocabulary.closed(['VERB', 'NOUN', 'VERB']);
  expect(labels.tokens).toEqual(['NOUN', 'VERB']);
  expect(labels.decode(labels.encode(['VERB', 'NOUN']))).toEqual(['VERB', 'NOUN']);
  expect(() => labels.id('ADJ')).toThrow(named('DataError'));
  expect(() => labels.padding).toThrow(named('UsageError'));
  expect(() => labels.token(2)).toThrow(named('DataError'));
  expect(() => Vocabulary.build([]).start).toThrow('specials: { start');
});

test('tokens in an order of their own, with specials among them', () => {
  const bert = { padding: '[PAD]', unknown: '[UNK]', summary: '[CLS]', separator: '[SEP]', mask: '[MASK]' };
  const list = ['[PAD]', 'the', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a'];
  const vocabulary = Vocabulary.ordered(list, bert);
  expect(vocabulary.encode(['a', 'the', 'b', '[MASK]'])).toEqual([6, 1, 2, 2]);
  expect(
    (['padding', 'unknown', 'summary', 'separator', 'mask'] as const).map((name) => vocabulary.special(name)),
  ).toEqual([0, 2, 3, 4, 5]);
  expect(vocabulary.decode([3, 1, 5, 4, 0])).toEqual(['[CLS]', 'the', '[MASK]', '[SEP]']);
  expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))).toEqual(vocabulary);
  expect(() => Vocabulary.ordered(['b', 'a']).id('c')).toThrow(named('DataError'));
  expect(() => Vocabulary.ordered(['b', 'a', 'b'])).toThrow("'b' is there 2 times");
  for (const specials of [{ mask: 'x' }, { padding: 'the' }, { mask: 'a', end: 'a' }, { begin: 'a' }]) {
    expect(() => Vocabulary.ordered(list, specials as never)).toThrow(named('OptionError'));
  }
});

test.each([
  () => Vocabulary.build([1, 2] as never),
  () => Vocabulary.build(new Map([[null, 1]]) as never),
  () => Vocabulary.closed([undefined, 'a'] as never),
  () => Vocabulary.ordered(['a', {}] as never),
])('what is no text is no token: %s', (make) => {
  expect(make).toThrow(named('DataError'));
});

test.each([
  { minCount: 0 },
  { maxSize: 1 },
  { min: 2 },
  { specials: { begin: '<s>' } },
  { specials: { start: '<pad>' } },
  { specials: { start: 3 } },
])('impossible options are OptionErrors: %j', (options) => {
  expect(() => Vocabulary.build(['a'], options as never)).toThrow(named('OptionError'));
});

describe('JSON', () => {
  const vocabulary = Vocabulary.build(['a', 'b', 'b'], { specials: { end: '</s>' } });
  const json = JSON.parse(JSON.stringify(vocabulary));

  test('law: saved and loaded, it is the same', () => {
    const loaded = Vocabulary.fromJSON(json);
    expect(loaded.tokens).toEqual(vocabulary.tokens);
    expect(loaded.encode(['a', 'z', '<pad>', '</s>'])).toEqual(vocabulary.encode(['a', 'z', '<pad>', '</s>']));
    expect([loaded.end, loaded.unknown]).toEqual([vocabulary.end, vocabulary.unknown]);
    expect(() => loaded.start).toThrow(named('UsageError'));
    const ordered = Vocabulary.ordered(['a', 'b', '<unk>'], { unknown: '<unk>' }); // without a padding
    expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(ordered))).encode(['b', 'z'])).toEqual([1, 2]);
    const labels = Vocabulary.closed(['x']);
    expect(() => Vocabulary.fromJSON(JSON.parse(JSON.stringify(labels))).id('y')).toThrow(named('DataError'));
  });

  test('law: whatever is damaged, it is a DataError or a vocabulary that works', () => {
    const part = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(0, 1, 2, 'a', '<pad>', '__proto__'));
    const path = fc.constantFrom(
      'format',
      'version',
      'tokens',
      'tokens.1',
      'tokens.4',
      'specials',
      'specials.end',
      'specials.padding',
      'specials.mask',
    );
    fc.assert(
      fc.property(path, part, (place, value) => {
        const damaged = JSON.parse(JSON.stringify(json));
        const names = place.split('.');
        const holder = names.length === 1 ? damaged : damaged[names[0]!];
        holder[names.at(-1)!] = value;
        let loaded: Vocabulary;
        try {
          loaded = Vocabulary.fromJSON(damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: 'DataError', where: 'Vocabulary.fromJSON' });
          return;
        }
        expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(loaded)))).toEqual(loaded);
        expect(loaded.tokens.every((token) => typeof token === 'string')).toBe(true);
        for (const [id, token] of loaded.tokens.entries()) expect(loaded.token(id)).toBe(token);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['nothing', null],
    ['a text', 'vocabulary'],
    ['a foreign object', { tokens: ['a'] }],
    ['a later version', { ...json, version: 2 }],
    ['no tokens', { ...json, tokens: undefined }],
    ['tokens that are no text', { ...json, tokens: ['<pad>', 1] }],
    ['a token twice', { ...json, tokens: [...json.tokens, 'a'] }],
    ['no specials', { ...json, specials: null }],
    ['a foreign special', { ...json, specials: { ...json.specials, masked: 3 } }],
    ['a special outside', { ...json, specials: { ...json.specials, end: 99 } }],
    ['two specials with one id', { ...json, specials: { ...json.specials, end: 1 } }],
    ['padding elsewhere', { ...json, specials: { padding: 1, unknown: 0 } }],
  ])('a DataError for %s', (_, value) => {
    expect(() => Vocabulary.fromJSON(value)).toThrow(named('DataError'));
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  convertTags,
  readSpans,
  repairTags,
  type Span,
  strictSpans,
  type TagScheme,
  tagFaults,
  writeTags,
} from '../index.js';

const named = (name: string) => expect.objectContaining({ name });
const schemes: readonly TagScheme[] = ['BIO', 'IOB1', 'IOB2', 'IOE1', 'IOE2', 'BIOES', 'IOBES', 'BILOU'];
const scheme = fc.constantFrom(...schemes);
const type = fc.constantFrom('PER', 'LOC', 'a-b', '');
const runs = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 2 }), size: fc.integer({ min: 1, max: 3 }), type }));
/** Sentences with chunks that may touch. */
const sentence = fc.record({ runs, rest: fc.nat(2) }).map(({ runs, rest }) => {
  let length = 0;
  const spans = runs.map(({ gap, size, type }): Span => {
    length += gap + size;
    return { type, start: length - size, end: length };
  });
  return { spans, length: length + rest };
});
const anyTag = fc.oneof(
  fc.constant('O'),
  fc.tuple(fc.constantFrom(...'BIESLU'), type).map(([prefix, type]) => (type ? `${prefix}-${type}` : prefix)),
);

test('law: chunks → tags → chunks, in every scheme; the strict reading agrees', () => {
  const law = fc.property(sentence, scheme, ({ spans, length }, scheme) => {
    const tags = writeTags(spans, length, scheme);
    expect(tags).toHaveLength(length);
    expect(readSpans(tags)).toEqual(spans);
    expect(tagFaults(tags, scheme)).toEqual([]);
    if (scheme !== 'IOE1') expect(strictSpans(tags, scheme)).toEqual(spans); // seqeval's IOE1 loses some
    expect(writeTags(spans.toReversed(), length, scheme)).toEqual(tags);
  });
  fc.assert(law);
});

test('law: through any scheme and back nothing changes', () => {
  const law = fc.property(sentence, scheme, scheme, ({ spans, length }, from, to) => {
    const tags = writeTags(spans, length, from);
    expect(convertTags(convertTags(tags, from, to), to, from)).toEqual(tags);
  });
  fc.assert(law);
});

test('law: repaired tags keep the rules and the chunks; repairing them again changes nothing', () => {
  const law = fc.property(fc.array(anyTag), scheme, (tags, scheme) => {
    const repaired = repairTags(tags, scheme);
    expect(readSpans(repaired)).toEqual(readSpans(tags));
    expect(repairTags(repaired, scheme)).toEqual(repaired);
    for (const { position, tag, expected } of tagFaults(tags, scheme)) {
      expect(tags[position]).toBe(tag);
      expect(repaired[position]).toBe(expected);
    }
  });
  fc.assert(law);
});

test('law: random tags, once repaired, are read strictly as leniently, and hold their chunks through every scheme', () => {
  const law = fc.property(fc.array(anyTag, { maxLength: 12 }), scheme, scheme, (drawn, scheme, to) => {
    const tags = repairTags(drawn, scheme); // tags of this scheme
    expect(tagFaults(tags, scheme)).toEqual([]);
    if (scheme !== 'IOE1') expect(strictSpans(tags, scheme)).toEqual(readSpans(tags)); // seqeval's IOE1 loses some
    expect(readSpans(convertTags(tags, scheme, to))).toEqual(readSpans(drawn));
    if (tagFaults(drawn, scheme).length > 0) {
      expect(() => convertTags(drawn, scheme, to)).toThrow(named('DataError'));
    }
    for (const [i, { start, end }] of readSpans(drawn).entries()) {
      expect(start).toBeGreaterThanOrEqual(readSpans(drawn)[i - 1]?.end ?? 0);
      expect(drawn.slice(start, end)).not.toContain('O');
    }
  });
  fc.assert(law, { numRuns: 500 });
});

test('the same chunks in each scheme', () => {
  const spans = [
    { type: 'X', start: 1, end: 3 },
    { type: 'X', start: 3, end: 4 },
    { type: 'Y', start: 4, end: 5 },
  ];
  const written = (scheme: TagScheme) => writeTags(spans, 6, scheme).join(' ');
  expect(written('BIO')).toBe('O B-X I-X B-X B-Y O');
  expect(written('IOB1')).toBe('O I-X I-X B-X I-Y O');
  expect(written('IOE1')).toBe('O I-X E-X I-X I-Y O');
  expect(written('IOE2')).toBe('O I-X E-X E-X E-Y O');
  expect(written('BIOES')).toBe('O B-X E-X S-X S-Y O');
  expect(written('BILOU')).toBe('O B-X L-X U-X U-Y O');
});

test('what breaks a scheme is named with its place', () => {
  const tags = ['O', 'I-X', 'I-Y', 'B-Y'];
  expect(tagFaults(tags, 'BIO')).toEqual([
    { position: 1, tag: 'I-X', expected: 'B-X' },
    { position: 2, tag: 'I-Y', expected: 'B-Y' },
  ]);
  expect(() => convertTags(tags, 'BIO', 'BIOES')).toThrow('I-X at token 1 breaks BIO, where B-X was expected');
  expect(repairTags(tags, 'BIOES')).toEqual(['O', 'S-X', 'S-Y', 'S-Y']);
  expect(() => readSpans(['O', 'NOUN'])).toThrow("'NOUN' at token 1 is no tag");
  expect(() => strictSpans(['S-X'], 'BIO')).toThrow(named('DataError'));
  expect(() => readSpans(['O-X'])).toThrow(named('DataError'));
  expect(() => readSpans([''])).toThrow(named('DataError'));
  expect(() => tagFaults([], 'IOB' as TagScheme)).toThrow(named('OptionError'));
});

test('chunks that overlap, are empty or lie outside are DataErrors', () => {
  const write = (...spans: [number, number][]) =>
    writeTags(
      spans.map(([start, end]) => ({ type: 'X', start, end })),
      4,
      'BIO',
    );
  expect(write([2, 4], [0, 2])).toEqual(['B-X', 'I-X', 'B-X', 'I-X']);
  for (const wrong of [
    [0, 5],
    [-1, 2],
    [2, 2],
    [3, 2],
    [0.5, 2],
  ] as const)
    expect(() => write([...wrong])).toThrow(named('DataError'));
  expect(() => write([0, 2], [1, 3])).toThrow('does not fit');
});

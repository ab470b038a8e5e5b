import { DataError, OptionError, ShapeError } from '@seqloom/core/errors';
import { describe, expect, it } from 'vitest';
import { allowedLabels } from './allowed-labels.js';
import { type Constraints, combineConstraints } from './constraints.js';
import { allowMoves, forbidMoves } from './moves.js';
import { type TagScheme, tagScheme } from './tag-scheme.js';

interface Chunk {
  type: string;
  start: number;
  end: number;
}

/** Every way to put chunks of two types onto `length` tokens. */
function chunkings(length: number, start = 0): Chunk[][] {
  if (start >= length) return [[]];
  const beginning = Array.from({ length: length - start }, (_, i) => start + i + 1).flatMap((end) =>
    ['PER', 'X-Y'].flatMap((type) => chunkings(length, end).map((rest) => [{ type, start, end }, ...rest])),
  );
  return [...chunkings(length, start + 1), ...beginning];
}

/** The prefix of each token of a chunk, by the definition of each scheme. */
const prefixes: Record<string, (size: number, afterSame: boolean, beforeSame: boolean) => string> = {
  BIO: (size) => 'B'.padEnd(size, 'I'),
  IOB1: (size, afterSame) => (afterSame ? 'B' : 'I').padEnd(size, 'I'),
  IOE2: (size) => 'E'.padStart(size, 'I'),
  IOE1: (size, _, beforeSame) => (beforeSame ? 'E' : 'I').padStart(size, 'I'),
  BIOES: (size) => (size === 1 ? 'S' : `${'B'.padEnd(size - 1, 'I')}E`),
  BILOU: (size) => (size === 1 ? 'U' : `${'B'.padEnd(size - 1, 'I')}L`),
};

function encoded(scheme: string, chunks: Chunk[], length: number): string {
  const tags = new Array<string>(length).fill('O');
  for (const [i, { type, start, end }] of chunks.entries()) {
    const same = (other: Chunk | undefined, edge: number) =>
      other?.type === type && [other.start, other.end].includes(edge);
    const text = prefixes[scheme]!(end - start, same(chunks[i - 1], start), same(chunks[i + 1], end));
    for (const [at, prefix] of [...text].entries()) tags[start + at] = `${prefix}-${type}`;
  }
  return tags.join(' ');
}

function allowedPaths(
  { initial, transition, final }: Required<Constraints>,
  labels: string[],
  length: number,
): string[] {
  let paths = labels.flatMap((_, k) => (initial[k] ? [[k]] : []));
  for (let t = 1; t < length; t++) {
    paths = paths.flatMap((path) => labels.flatMap((_, k) => (transition[path.at(-1)!]![k] ? [[...path, k]] : [])));
  }
  return paths.filter((path) => final[path.at(-1)!]).map((path) => path.map((k) => labels[k]).join(' '));
}

describe('tag schemes', () => {
  it.each(Object.keys(prefixes))('%s allows exactly the tags that some chunks have', (scheme) => {
    const letters = scheme.replace(/[O12]/gu, '').replace('IB', 'BI').split('');
    const labels = ['O', ...['PER', 'X-Y'].flatMap((type) => letters.map((letter) => `${letter}-${type}`))];
    const allowed = tagScheme(scheme as TagScheme, labels);
    for (const length of [1, 2, 3, 4]) {
      const expected = chunkings(length).map((chunks) => encoded(scheme, chunks, length));
      expect(allowedPaths(allowed, labels, length).sort()).toEqual([...new Set(expected)].sort());
    }
  });

  it('says which label is none', () => {
    expect(() => tagScheme('BIO', ['O', 'E-PER'])).toThrow("'E-PER' is no BIO tag");
    expect(() => tagScheme('BIO', ['O-PER'])).toThrow(OptionError);
    expect(() => tagScheme('BMES' as never, ['O'])).toThrow('`scheme` must be one of');
  });
});

describe('lists of moves', () => {
  const labels = ['a', 'b'];

  it('allow or forbid, and combine', () => {
    const left = allowMoves(labels, {
      initial: ['a'],
      transition: [
        ['a', 'a'],
        ['a', 'b'],
      ],
    });
    expect(left).toEqual({
      initial: [true, false],
      transition: [
        [true, true],
        [false, false],
      ],
    });
    const not = forbidMoves(labels, { transition: [['a', 'a']], final: ['a'] });
    expect(combineConstraints(left, {}, not)).toEqual({
      initial: [true, false],
      transition: [
        [false, true],
        [false, false],
      ],
      final: [false, true],
    });
    expect(combineConstraints({})).toEqual({});
    expect(() => combineConstraints(left, { final: [1] })).toThrow(ShapeError);
    expect(() => allowMoves(labels, { transition: [['a', 'c']] })).toThrow("'c' is no label");
  });
});

describe('allowed labels', () => {
  it('are flags, from a label, a set, flags or nothing', () => {
    const flags = allowedLabels([1, -1, [0, 2], [true, false, false]], 3);
    expect([...flags]).toEqual([0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0]);
  });

  it.each([[3], [-2], [0.5], [[]], [[0, 3]], [[true, false]], [[false, false, false]], ['B']])(
    '%j is an error',
    (step) => {
      expect(() => allowedLabels([0, step as never], 3)).toThrow(DataError);
      expect(() => allowedLabels([0, step as never], 3)).toThrow('step 1');
    },
  );
});

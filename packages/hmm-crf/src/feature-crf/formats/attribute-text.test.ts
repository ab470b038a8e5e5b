import { collect } from '@seqloom/core/dataset';
import type { DataError } from '@seqloom/core/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import fixture from '../../__fixtures__/crfsuite-models.json' with { type: 'json' };
import { forEachAttribute, type Item } from '../item.js';
import { readAttributes, writeAttributes } from './attribute-text.js';

const read = (text: string) => collect(readAttributes(text));
const attributesOf = (item: Item) => {
  const found: [string, number][] = [];
  forEachAttribute(item, String, (...attribute) => found.push(attribute));
  return found;
};

test('reads labels, attributes, weights and escapes', async () => {
  const [first, second, ...none] = await read(
    '\uFEFFO\tw=a\\:b\\\\c\tbias\n\n\nB\tlen:2.5\tlow\tx:-1e-3\r\nI\t\t# 1\n@weight:0.5\nO\n',
  );
  expect(first).toEqual({ labels: ['O'], items: [['w=a:b\\c', 'bias']], weight: 1 });
  expect(second).toMatchObject({ labels: ['B', 'I', 'O'], weight: 0.5 });
  expect(second!.items).toMatchObject([{ len: 2.5, low: 1, x: -0.001 }, ['# 1'], []]); // 0.12 has no comments
  expect(none).toEqual([]);
});

test('an attribute that comes twice weighs twice, whatever it is called', async () => {
  const [sequence] = await read('O\ta\t__proto__:2\ta:0.5\tconstructor\t:3\t__proto__');
  const expected = [
    ['a', 1.5],
    ['__proto__', 3],
    ['constructor', 1],
    ['', 3],
  ];
  expect(attributesOf(sequence!.items[0]!)).toEqual(expected);
});

test('law: however the text is cut, and iterated again, the sequences are the same', async () => {
  const expected = await read(fixture.train);
  expect(expected).toHaveLength(30);
  async function* late() {
    yield* fixture.train.match(/.{1,7}/gs)!;
  }
  const chunks = { [Symbol.asyncIterator]: late };
  for (const source of [chunks, [...fixture.train], fixture.train.replaceAll('\n', '\r\n'), fixture.train.trimEnd()]) {
    const data = readAttributes(source);
    expect(await collect(data)).toEqual(expected);
    expect(await collect(data)).toEqual(expected);
  }
  expect(writeAttributes(expected)).toBe(fixture.train);
});

test('law: what is written is read back', async () => {
  const name = fc.string({ unit: 'grapheme' }).filter((s) => !/[\t\n\r]/.test(s));
  const label = name.filter((s) => !/^([@\uFEFF]|$)/.test(s));
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0); // the text does not tell −0 from 0
  const item = fc.oneof(fc.array(name.filter((s) => s !== '')), fc.dictionary(name, number));
  const sequence = fc.record({ rows: fc.array(fc.tuple(label, item), { minLength: 1 }), weight: number.map(Math.abs) });
  const law = fc.asyncProperty(fc.array(sequence), async (sequences) => {
    const data = sequences.map(({ rows, weight }) => ({
      labels: rows.map(([l]) => l),
      items: rows.map(([, i]) => i),
      weight,
    }));
    const plain = ({ items, ...rest }: (typeof data)[0]) => ({ ...rest, items: items.map((i) => attributesOf(i)) });
    const back = await read(writeAttributes(data));
    expect(back.map((s) => plain(s as (typeof data)[0]))).toEqual(data.map(plain));
  });
  await fc.assert(law);
});

describe('what breaks the format', () => {
  const good = 'O\tgood\n\n';
  test.each([
    ['a backslash', 'O\tfine\tw=a\\n', 'line 3, column 11: a broken escape'],
    ['a backslash at the end', 'O\tw=\\', 'line 3, column 5: a broken escape'],
    ['a word for a weight', 'O\tw=10:thirty', "line 3, column 3: the weight of 'w=10' is 'thirty', no number"],
    ['no weight', 'O\tw=:', "column 3: the weight of 'w=' is '', no number"],
    ['a weight that is no number', 'O\ta:NaN', "the weight of 'a' is 'NaN'"],
    ['a weight out of range', 'O\ta:1e999', "is '1e999', no number"],
    ['a hexadecimal weight', 'O\ta:0x10', "is '0x10', no number"],
    ['two colons', 'O\tw=10:30:1', 'line 3, column 10: a second colon'],
    ['two colons and an escape', 'O\t\\:=10:30:1', 'column 11: a second colon'],
    ['a label with a weight', 'O\tx\nB:1\tx', 'line 4, column 1: the label'],
    ['an unknown declaration', '@group:1', "line 3, column 1: unknown declaration '@group'"],
    ['a negative weight of a sequence', '@weight:-1', 'cannot be -1'],
    ['only tabs', '\t\t', 'line 3, column 1: a line of nothing but tabs'],
  ])('%s is a DataError with its place, or left out and counted', async (_, bad, problem) => {
    const text = `${good}${bad}\n${bad}\n\n${good}`;
    await expect(read(text)).rejects.toMatchObject({ name: 'DataError', where: 'readAttributes' });
    await expect(read(text)).rejects.toThrow(problem);
    const problems: DataError[] = [];
    const rest = await collect(readAttributes(text, { onBad: (error) => problems.push(error) }));
    expect(rest.map(({ items }) => items)).toEqual([[['good']], [['good']]]);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
  });

  test('the name of chunks is told', async () => {
    const chunks = Object.assign(['O\tx:', 'y\n'], { name: 'train.txt' });
    await expect(collect(readAttributes(chunks))).rejects.toMatchObject({
      name: 'DataError',
      where: 'readAttributes(train.txt)',
    });
  });

  test('what is no text', async () => {
    const bytes = [new TextEncoder().encode(good)] as never;
    await expect(collect(readAttributes(bytes))).rejects.toThrow('cannot read text from a Uint8Array');
  });

  test('what the format cannot say is not written', () => {
    for (const label of ['', '@weight', 'a\tb', '\uFEFFO']) {
      expect(() => writeAttributes([{ labels: [label], items: [[]] }])).toThrow(
        expect.objectContaining({ name: 'DataError' }),
      );
    }
    for (const item of [['a\nb'], { a: Number.NaN }, { 'a\r': 1 }] as Item[]) {
      expect(() => writeAttributes([{ labels: ['O'], items: [item] }])).toThrow(
        expect.objectContaining({ name: 'DataError' }),
      );
    }
    for (const wrong of [{ labels: [] }, { labels: ['O'], weight: Number.NaN }]) {
      expect(() => writeAttributes([{ items: [['a']], ...wrong }])).toThrow(
        expect.objectContaining({ name: 'DataError' }),
      );
    }
    for (const text of [42, null, new Blob([])]) {
      expect(() => readAttributes(text as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
    }
    expect(() => readAttributes('', { skip: true } as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  });
});

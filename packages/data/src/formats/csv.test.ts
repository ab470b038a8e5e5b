import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { type CsvOptions, collect, readCsv } from '../index.js';

type Options = CsvOptions<string, unknown>;
const read = (text: string, options: Options = {}) => collect(readCsv(text, options));
const field = fc.string({ maxLength: 4, unit: fc.constantFrom(...'aé😀",;\t\n \'#') });

test('law: what papaparse writes is read back, however it is cut, plain or packed', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(field, field), { maxLength: 6 }),
      fc.constantFrom(',', ';', '\t', '::'),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(6),
      async (rows, separator, newline, size) => {
        const text = Papa.unparse([['a', 'b'], ...rows], { delimiter: separator, newline, quotes: true });
        const bytes = new TextEncoder().encode(text);
        const chunks = async function* () {
          for (let at = 0; at < bytes.length; at += size + 1) yield bytes.subarray(at, at + size + 1);
        };
        const expected = rows.map(([a, b]) => ({ a, b }));
        expect(await collect(readCsv(chunks(), { separator }))).toEqual(expected);
        const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
        expect(await collect(readCsv(packed, { separator }))).toEqual(expected);
      },
    ),
  ));

test('names in the first row or given, empty lines, quotes, line breaks in quotes, no final newline', async () => {
  const text = '\uFEFFword,"the ""tag""",n\r\n"a, b",X,1\r\n\r\n"two\r\n\r\nlines",5" disk,';
  expect(await read(text)).toEqual([
    { word: 'a, b', 'the "tag"': 'X', n: '1' },
    { word: 'two\n\nlines', 'the "tag"': '5" disk', n: '' },
  ]);
  expect(await read('__proto__,b\n1,2', { columns: ['constructor', null] })).toEqual([
    { constructor: '__proto__' },
    { constructor: '1' },
  ]);
  expect(await read('w\tt\n"\tX', { separator: '\t', quote: null })).toEqual([{ w: '"', t: 'X' }]);
  expect(await read("'a;b';'c''d'", { columns: ['x', 'y'], separator: ';', quote: "'" })).toEqual([
    { x: 'a;b', y: "c'd" },
  ]);
  expect([await read(''), await read('a,b\n'), await read('\n\n')]).toEqual([[], [], []]);
});

describe('what breaks the format', () => {
  const bad = 'a,b\n1,2\n1\n1,2,3\n"x"y,2\n3,"4\n5,"6"\n7,8\n';

  test('stops with file, line and column', async () => {
    const reading = collect(readCsv(new File(['a,b\n"1\n",2\n3'], 'my.csv')));
    await expect(reading).rejects.toMatchObject({ name: 'DataError', where: 'readCsv(my.csv)' });
    await expect(reading).rejects.toThrow("line 4, column 2: expected 2 fields ('a b'), got 1");
    await expect(read('a,b\n1,"2\n3')).rejects.toThrow('line 2, column 2: a quote that is opened here is never closed');
    await expect(read('a,b\n"1\n","2"x')).rejects.toThrow('line 3, column 2: a quote ends within a field');
  });

  test('or is left out line by line, and counted', async () => {
    const problems: string[] = [];
    const onBad = ({ message }: Error) => problems.push(/line \d+, column \d+/.exec(message)![0]);
    expect(await read(bad, { onBad })).toEqual([
      { a: '1', b: '2' },
      { a: '5', b: '6' },
      { a: '7', b: '8' },
    ]);
    expect(problems).toEqual(['line 3, column 2', 'line 4, column 3', 'line 5, column 1', 'line 6, column 2']);
  });

  test('law: any text ends, each line is told once or read, and the good lines are found again', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'ab",,\n') }), async (text) => {
        const lines: number[] = [];
        const onBad = ({ message }: Error) => lines.push(Number(/line (\d+)/.exec(message)![1]));
        const rows = await read(`${text}\n\n`, { columns: ['x', 'y'], onBad });
        expect(new Set(lines).size).toBe(lines.length);
        const count = text.split('\n').filter((line) => line !== '').length;
        expect(rows.length + lines.length).toBeLessThanOrEqual(count);
        if (!text.includes('"')) expect(rows.length + lines.length).toBe(count);
      }),
    ));

  test('a check makes examples; what it throws is told with line, and column where it says so', async () => {
    const text = 'word,count\na,1\nb,x\nc,\n';
    const problems: string[] = [];
    const data = readCsv(text, {
      check: ({ word, count }: { word: string; count: string }, { line, fail }) => {
        if (count === '') throw new Error('there is no count');
        if (!/^\d+$/.test(count)) fail('count', 'must be a number');
        return { line, word, count: Number(count) };
      },
      onBad: ({ message }) => problems.push(message),
    });
    expect(await collect(data)).toEqual([{ line: 2, word: 'a', count: 1 }]);
    expect(problems).toEqual([
      'readCsv: line 3, column 2 (count): must be a number',
      'readCsv: line 4: there is no count',
    ]);
  });

  test.each(['a,a\n1,2', 'a,\n1,2', '"a\n1,2', '__proto__,b\n1,2'])('names that cannot be: %j', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'DataError' });
  });

  test.each([
    { columns: [] },
    { columns: ['a', 'a'] },
    { columns: [''] },
    { separator: '' },
    { separator: '"' },
    { separator: '\n' },
    { quote: '' },
    { quote: ',' },
    { header: true },
  ])('impossible options: %j', (options) => {
    expect(() => readCsv('', options as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  });
});

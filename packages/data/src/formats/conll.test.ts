import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConllSentence, collect, readConll, readConllu, writeConll } from '../index.js';

const text = `-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

Peter NNP B-NP B-PER


-DOCSTART- -X- -X- O

#1  NN\tB-NP O
`;
const columns = ['word', null, null, 'ner'] as const;

test('the columns that are named, documents counted', async () => {
  const read = await collect(readConll(text, { columns }));
  expect(read).toEqual([
    { document: 1, columns: { word: ['EU', 'rejects'], ner: ['B-ORG', 'O'] } },
    { document: 1, columns: { word: ['Peter'], ner: ['B-PER'] } },
    { document: 2, columns: { word: ['#1'], ner: ['O'] } },
  ]);
  const [swapped] = await collect(readConll(new Blob(['O;a b\nO;c']), { columns: ['ner', 'word'], separator: ';' }));
  expect(swapped!.columns.word).toEqual(['a b', 'c']);
});

const value = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom(...'aé😀#|,-_"\u3000') });
const sentence = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 4 });
const corpus = fc.array(fc.tuple(fc.nat(2), sentence), { maxLength: 5 });

test('law: what is written is read back, however it is cut into chunks', () =>
  fc.assert(
    fc.asyncProperty(corpus, fc.constantFrom(undefined, '\t', ' ', '::'), fc.nat(9), async (drawn, separator, size) => {
      let document = 0;
      const sentences = drawn.map(([ahead, rows]): ConllSentence<'a' | 'b'> => {
        document += ahead;
        return { document, columns: { a: rows.map(([a]) => a), b: rows.map(([, b]) => b) } };
      });
      const options = { columns: ['b', 'a'] as const, separator };
      const bytes = new TextEncoder().encode(writeConll(sentences, options));
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += size + 1) yield bytes.subarray(at, at + size + 1);
      };
      expect(await collect(readConll(chunks(), options))).toEqual(sentences);
    }),
  ));

describe('what breaks the format', () => {
  const bad = 'a O\nb\nc O\nd\n\ne O\n\nf O O\n';

  test('stops with file, line and column', async () => {
    const reading = collect(readConll(new File([bad], 'my.txt'), { columns: ['word', 'ner'] }));
    await expect(reading).rejects.toMatchObject({ name: 'DataError', where: 'readConll(my.txt)' });
    await expect(reading).rejects.toThrow("line 2, column 2: expected 2 columns (word ner), got 1 in 'b'");
    await expect(collect(readConll('a\t\n', { columns: ['w', 'x'], separator: '\t' }))).rejects.toThrow('column 2');
  });

  test('or is left out sentence by sentence, and counted', async () => {
    const problems: string[] = [];
    const onBad = (error: Error) => problems.push(error.message);
    const read = await collect(readConll(bad, { columns: ['word', 'ner'], onBad }));
    expect(read.map((each) => each.columns.word.join())).toEqual(['e']);
    expect(problems.map((problem) => /line \d+, column \d+/.exec(problem)![0])).toEqual([
      'line 2, column 2',
      'line 8, column 3',
    ]);
    const row = (id: string, head = '_') => `${id}\tx\t_\t_\t_\t_\t${head}\t_\t_\t_\n`;
    let count = 0;
    const treebank = `${row('1')}\n${row('2')}oops\n\n${row('1', '9')}\n${row('1-3')}${row('1')}\n${row('1')}${row('2')}`;
    const trees = await collect(readConllu(treebank, { onBad: () => count++ }));
    expect(trees.map(({ tokens }) => tokens.length)).toEqual([1, 2]);
    expect(count).toBe(3);
  });

  test.each([
    [['a b'], ['x']],
    [['a'], ['']],
    [['a\n'], ['x']],
    [['a', 'b'], ['x']],
    [['a'], ['x\r']],
    [['-DOCSTART-'], ['x']],
    [['\uFEFFa'], ['x']],
    [[], []],
  ])('is not written: %j %j', (a, b) => {
    const write = () => writeConll([{ document: 0, columns: { a, b } }], { columns: ['a', 'b'] });
    expect(write).toThrow(expect.objectContaining({ name: 'DataError', where: 'writeConll' }));
  });

  test.each([
    {},
    { columns: [] },
    { columns: ['a', 'a'] },
    { columns: ['a'], separator: '' },
    { columns: ['a'], x: 1 },
  ])('impossible options: %j', (options) => {
    expect(() => readConll('', options as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
  });
});

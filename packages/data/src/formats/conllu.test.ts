import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collect, readConllu, type Sentence, writeConllu } from '../index.js';

const text = `# newdoc id = d
# sent_id = d-1
# text = Au feu, vite!
1-2	Au	_	_	_	_	_	_	_	_
1	à	à	ADP	_	_	3	case	_	_
2	le	le	DET	_	Definite=Def|Gender=Masc	3	det	_	_
3	feu	feu	NOUN	_	Gender=Masc	0	root	0:root	SpaceAfter=No|Lang
3.1	_	aller	VERB	_	_	_	_	3:dep|0:root	_
4	,	,	PUNCT	_	_	3	punct	3.1:punct	_
5	_	_	SYM	_	_	_	_	_	_

1	Oui	_	INTJ	_	_	_	_	_	_

`;
const row = (id: string, form = 'x', head = '_') => `${id}\t${form}\t_\t_\t_\t_\t${head}\t_\t_\t_`;
const gzip = async (content: string) => {
  const packed = new Blob([content]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
};
const forms = (sentences: Sentence[]) => sentences.map(({ tokens }) => tokens.map(({ form }) => form).join(' '));

test('reads words, ranges and empty nodes apart', async () => {
  const [first, second] = await collect(readConllu(text));
  expect(first!.id).toBe('d-1');
  expect(first!.comments).toHaveLength(3);
  expect(first!.tokens).toHaveLength(5);
  expect(first!.tokens[2]).toEqual({
    id: 3,
    form: 'feu',
    lemma: 'feu',
    upos: 'NOUN',
    xpos: null,
    feats: { Gender: 'Masc' },
    head: 0,
    deprel: 'root',
    deps: [{ head: '0', deprel: 'root' }],
    misc: ['SpaceAfter=No', 'Lang'],
  });
  expect(first!.tokens[4]).toMatchObject({ form: '_', lemma: '_', xpos: null, head: null, misc: [] });
  expect(first!.ranges).toEqual([{ first: 1, last: 2, form: 'Au', feats: {}, misc: [] }]);
  expect(first!.emptyNodes).toMatchObject([{ after: 3, index: 1, form: '_', lemma: 'aller', upos: 'VERB' }]);
  expect(second).toMatchObject({ comments: [], tokens: [{ form: 'Oui', lemma: null }] });
  expect(second!.id).toBeUndefined();
});

describe('law: however the text arrives, the sentences are the same', async () => {
  const expected = await collect(readConllu(text));
  const bytes = new TextEncoder().encode(text);
  const packed = await gzip(text);
  const cut = (whole: Uint8Array, size: number) => ({
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < whole.length; i += size) yield whole.subarray(i, i + size);
    },
  });
  test.each([
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['byte-order mark', `\uFEFF${text}`],
    ['bytes with mark and CRLF', new TextEncoder().encode(`\uFEFF${text.replaceAll('\n', '\r\n')}`)],
    ['unterminated last sentence', text.trimEnd()],
    ['more empty lines', `\n\n${text.replaceAll('\n\n', '\n\n\n')}`],
    ['bytes', bytes],
    ['blob', new Blob([text])],
    ['file', new File([text], 'a.conllu')],
    ['gzip', packed],
    ['gzip file', new File([packed], 'a.conllu.gz')],
    ['bytes one by one', cut(bytes, 1)],
    ['gzip one by one', cut(packed, 1)],
    ['chunks of 7', cut(bytes, 7)],
  ])('%s', async (_, source) => {
    const data = readConllu(source);
    expect(await collect(data)).toEqual(expected);
    expect(await collect(data)).toEqual(expected);
  });

  test('chunks of text, a surrogate pair cut in two', async () => {
    const source = (async function* () {
      yield `${row('1', '👍')}\n`.slice(0, 3);
      yield `${row('1', '👍')}\n`.slice(3);
    })();
    expect(forms(await collect(readConllu(source)))).toEqual(['👍']);
  });

  test('a stream is read once, the second time says so', async () => {
    const data = readConllu(new Blob([text]).stream());
    expect(await collect(data)).toEqual(expected);
    await expect(collect(data)).rejects.toMatchObject({ name: 'UsageError' });
  });
});

test('nothing in it: no sentences', async () => {
  for (const empty of ['', '\n', '\uFEFF', new Uint8Array(0)]) expect(await collect(readConllu(empty))).toEqual([]);
});

describe('what is not CoNLL-U is a DataError with its line, before its sentence is given out', () => {
  const good = `${row('1', 'good')}\n\n`;
  test.each([
    ['nine columns', row('1').slice(0, -2), 'line 3, column 10: expected 10 columns separated by tabs, got 9'],
    ['eleven columns', `${row('1')}\t_`, 'got 11'],
    ['HTML', '<!doctype html>', 'does not look like CoNLL-U'],
    ['blanks for tabs', row('1').replaceAll('\t', ' '), 'does not look like CoNLL-U'],
    ['an empty column', row('1', ''), 'line 3, column 2: nothing stands in FORM'],
    ['no number', row('one'), 'bad ID'],
    ['a wrong start', row('2'), 'expected the word with ID 1'],
    ['a gap', `${row('1')}\n${row('3')}`, 'line 4, column 1: expected the word with ID 2'],
    ['a repeated word', `${row('1')}\n${row('1')}`, 'ID 2, got ID 1'],
    ['a range in the wrong place', `${row('1')}\n${row('1-2')}\n${row('2')}`, 'line 4, column 1: bad range 1-2'],
    ['a range backwards', `${row('2-1')}\n${row('1')}`, 'bad range'],
    [
      'overlapping ranges',
      ['1-2', '1', '2-3', '2', '3'].map((id) => row(id)).join('\n'),
      'line 5, column 1: bad range',
    ],
    ['a range without words', `${row('1-2')}\n${row('1')}`, 'a range goes to word 2'],
    ['a range with a head', row('1-2', 'x', '0'), 'HEAD'],
    ['an empty node in the wrong place', `${row('1')}\n${row('2.1')}`, 'expected the empty node 1.1'],
    [
      'a head outside',
      `${row('1', 'x', '3')}\n${row('2')}`,
      'line 3, column 7: HEAD is 3, but the sentence has 2 words',
    ],
    ['a head that is no number', row('1', 'x', 'root'), 'HEAD must be'],
    ['its own head', row('1', 'x', '1'), 'its own head'],
    ['bad features', row('1').replace('\t_\t_\t_\t_\t_', '\t_\t_\t_\tCase\t_'), 'FEATS'],
    ['a feature twice', row('1').replace('\t_\t_\t_\t_\t_', '\t_\t_\t_\tA=1|A=2\t_'), 'twice'],
    ['bad dependencies', `${row('1').slice(0, -3)}root\t_`, 'DEPS'],
    ['only comments', '# a heading', 'a sentence without words'],
    ['a late comment', `${row('1')}\n# late`, 'line 4: a comment inside a sentence'],
  ])('%s', async (_, bad, problem) => {
    const read: Sentence[] = [];
    const reading = (async () => {
      for await (const sentence of readConllu(new File([`${good}${bad}\n\n${good}`], 'my.conllu'))) read.push(sentence);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'DataError', where: 'readConllu(my.conllu)' });
    await expect(reading).rejects.toThrow(problem);
    expect(forms(read)).toEqual(['good']);
  });

  test('bytes that are not UTF-8, packed data that is cut short', async () => {
    const latin1 = new Uint8Array([...new TextEncoder().encode(`${good}${row('1', 'caf')}`), 0xe9, 10]);
    await expect(collect(readConllu(latin1))).rejects.toThrow('line 3 is not UTF-8');
    const packed = await gzip(text);
    await expect(collect(readConllu(packed.slice(0, 60)))).rejects.toThrow('corrupt or cut short');
    packed[20]! ^= 255;
    await expect(collect(readConllu(packed))).rejects.toMatchObject({ name: 'DataError' });
  });

  test('no source at all, a path taken for a text', async () => {
    expect(() => readConllu(42 as never)).toThrow(expect.objectContaining({ name: 'OptionError' }));
    await expect(collect(readConllu('data/en.conllu'))).rejects.toThrow('does not look like CoNLL-U');
  });
});

test('law: what is written is read back, and what was read is written as it stood', async () => {
  expect(writeConllu(await collect(readConllu(text)))).toBe(text);
  const cell = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => !/[\t\r\n\uFEFF]/.test(s) && s !== '_');
  const words = fc.array(fc.record({ form: cell, lemma: cell, upos: fc.constantFrom('NOUN', null) }), { minLength: 1 });
  const law = fc.asyncProperty(words, async (tokens) => {
    const rest = { xpos: null, feats: { __proto__x: 'y' }, head: null, deprel: null, deps: [], misc: [] };
    const sentence = {
      id: 's',
      comments: ['# sent_id = s'],
      tokens: tokens.map((token, i) => ({ id: i + 1, ...token, ...rest })),
      ranges: [],
      emptyNodes: [],
    };
    expect(await collect(readConllu(writeConllu([sentence, sentence])))).toEqual([sentence, sentence]);
  });
  await fc.assert(law);
});

test('what could not be read back is not written', async () => {
  const [sentence] = await collect(readConllu(`${row('1')}\n`));
  const [token] = sentence!.tokens;
  const without = { ...sentence!, id: 'new' };
  expect(writeConllu([without])).toMatch(/^# sent_id = new\n1\tx/);
  for (const wrong of [{ form: 'a\tb' }, { form: 'a\nb' }, { form: '' }, { id: 2 }, { head: 7 }]) {
    const broken = { ...sentence!, tokens: [{ ...token!, ...wrong }] };
    expect(() => writeConllu([broken])).toThrow(expect.objectContaining({ name: 'DataError', where: 'writeConllu' }));
  }
});

test('nothing is left out: the id is what the sentence says, and each range and empty node has its word', async () => {
  const [sentence] = await collect(readConllu(text));
  const renamed = { ...sentence!, id: 'other' };
  const [read] = await collect(readConllu(writeConllu([renamed])));
  expect(read).toEqual({ ...renamed, comments: ['# newdoc id = d', '# sent_id = other', '# text = Au feu, vite!'] });
  const { ranges, emptyNodes } = sentence!;
  for (const stray of [
    { ranges: [...ranges, { ...ranges[0]!, first: 9, last: 10 }] },
    { emptyNodes: emptyNodes.map((node) => ({ ...node, after: 9 })) },
  ]) {
    expect(() => writeConllu([{ ...sentence!, ...stray }])).toThrow('belongs to none of its 5 words');
  }
});

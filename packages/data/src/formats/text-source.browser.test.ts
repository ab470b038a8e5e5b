/** What a user drops on a page is read in the browser as it is in Node. */
import { Rng } from '@seqloom/core/rng';
import { expect, test } from 'vitest';
import { collect, generateSentences, readConllu, readCsv, writeConllu } from '../index.js';

const sentences = generateSentences({ rng: new Rng(1), count: 500 });
const text = writeConllu(sentences);
const packed = () => new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));

test('a file, a packed file, a stream and bytes', async () => {
  const file = new File([await new Response(packed()).blob()], 'my.conllu.gz');
  const sources = [new File([text], 'my.conllu'), file, packed(), new TextEncoder().encode(text)];
  for (const source of sources) expect(await collect(readConllu(source))).toEqual(sentences);
});

test('a table, packed, with a line break in quotes', async () => {
  const table = new Blob(['\uFEFFa,b\r\n"1\r\n2",ü\r\n']).stream().pipeThrough(new CompressionStream('gzip'));
  expect(await collect(readCsv(table))).toEqual([{ a: '1\n2', b: 'ü' }]);
});

test('a packed file of several parts, as `cat` makes it, which browsers do not unpack, is a DataError that says so', async () => {
  const part = await new Response(packed()).blob();
  await expect(collect(readConllu(new Blob([part, part])))).rejects.toMatchObject({
    name: 'DataError',
    hint: expect.stringContaining('several'),
  });
});

test('a packed file that is cut short is a DataError with its name', async () => {
  const whole = await new Response(packed()).blob();
  const reading = collect(readConllu(new File([whole.slice(0, whole.size / 2)], 'cut.conllu.gz')));
  await expect(reading).rejects.toMatchObject({ name: 'DataError', where: 'readConllu(cut.conllu.gz)' });
});

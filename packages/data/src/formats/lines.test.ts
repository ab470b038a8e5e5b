import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, readLines, readParallel } from '../index.js';

const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }).filter((line) => !/[\r\n\uFEFF]/.test(line)));

test('law: lines are read as they were written, empty ones too', () =>
  fc.assert(
    fc.asyncProperty(lines, fc.constantFrom('\n', '\r\n'), async (written, end) => {
      const text = written.map((line) => line + end).join('');
      expect(await collect(readLines(text))).toEqual(written);
      expect(await collect(readLines(new Blob([text])))).toEqual(written);
    }),
  ));

test('two texts side by side; the one that ends first is named, and both are closed', async () => {
  const pairs = [
    { source: 'go', target: 'va' },
    { source: '', target: 'oui' },
  ];
  expect(await collect(readParallel('go\n\n', new Blob(['va\noui'])))).toEqual(pairs);
  let open = 0;
  const text = async function* (count: number) {
    open++;
    try {
      for (let i = 0; i < count; i++) yield 'a\n';
    } finally {
      open--;
    }
  };
  await expect(collect(readParallel(new File(['a'], 'a.en'), text(9)))).rejects.toThrow(
    'line 2: the source(a.en) has ended, the target goes on',
  );
  await expect(collect(readParallel(text(3), 'b'))).rejects.toMatchObject({ name: 'DataError' });
  for await (const _pair of readParallel(text(9), text(9))) break;
  expect(open).toBe(0);
});

test('a URL is fetched at each iteration; an answer that is none, or is cut short, is a DataError', async () => {
  const server = createServer(({ url }, response) => {
    if (url === '/none') response.writeHead(404).end('no\n');
    else if (url === '/cut') response.writeHead(200, { 'content-length': 9 }).write('a\n', () => response.destroy());
    else response.end('a\nb\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = (path: string) => new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const data = readLines(url('/a.txt'));
    expect([await collect(data), await collect(data)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    await expect(collect(readLines(url('/none')))).rejects.toThrow('/none): the server answers 404');
    await expect(collect(readLines(url('/cut')))).rejects.toMatchObject({ name: 'DataError' });
  } finally {
    server.close();
  }
});

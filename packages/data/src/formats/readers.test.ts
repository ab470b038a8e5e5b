/** Every reader, from every source, however it is cut, packed and ended: the same examples. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Rng } from '@seqloom/core/rng';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  collect,
  type Dataset,
  type ReadOptions,
  readConll,
  readConllu,
  readCsv,
  readJsonl,
  readLines,
  readParagraphs,
  readParallel,
  readText,
  type TextSource,
  textChunks,
} from '../index.js';
import { textFile } from '../node.js';

const conllu = (form: string) => `1\t${form}\t_\t_\t_\t_\t_\t_\t_\t_\n\n`;
const huge = 'ü😀'.repeat(300_000);

/** A text of each format with umlauts, and what to put into it that breaks the format in one record, where there is such a thing. */
const formats: [
  name: string,
  read: (source: TextSource, options?: ReadOptions) => Dataset<unknown>,
  text: (word: string) => string,
  bad?: string,
][] = [
  [
    'readConll',
    (source, options) => readConll(source, { columns: ['w', 't'], ...options }),
    (w) => `ä X\n${w} Y\n\nö Z\n`,
    '\n\nx\n',
  ],
  ['readConllu', readConllu, (w) => conllu('ä') + conllu(w), '\t'],
  ['readCsv', (source, options) => readCsv(source, options), (w) => `ä,b\n1,"${w}"\n"3",4\n`, '"x'],
  ['readJsonl', (source, options) => readJsonl(source, options), (w) => `{"ä":1}\n["${w}"]\n2\n`, '"'],
  ['readLines', readLines, (w) => `ä\n${w}\nö\n`],
  ['readParagraphs', readParagraphs, (w) => `ä\nü\n\n${w}\n`],
  ['readParallel', (source) => readParallel(source, `${'x\n'.repeat(3)}`), (w) => `ä\n${w}\nö\n`],
  ['readText', (source) => whole(readText(source)), (w) => `ä\n${w}\n`],
  [
    'textChunks',
    (source) => whole(collect(textChunks(source)).then((parts) => parts.join('').replaceAll('\r', ''))),
    (w) => `ä\n${w}\n`,
  ],
];

function whole(text: Promise<string>): Dataset<string> {
  text.catch(() => {});
  return (async function* () {
    yield await text;
  })();
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const rng = new Rng(1);

/** Chunks of random sizes, many of them empty or of one byte. */
async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = rng.choice([0, 1, 2, 3, Math.ceil(bytes.length / 3)]);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function* letters(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 1) yield text[at]!; // surrogate pairs are cut, too
}

let folder: string;
let served: Uint8Array;
const server = createServer((_, response) => {
  response.write(served.subarray(0, served.length / 2), () => response.end(served.subarray(served.length / 2)));
});
const url = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/data`);
const file = async (bytes: Uint8Array) => {
  await writeFile(join(folder, 'data'), bytes);
  return textFile(join(folder, 'data'));
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-readers-'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const sources: [name: string, of: (bytes: Uint8Array<ArrayBuffer>) => TextSource | Promise<TextSource>][] = [
  ['bytes', (bytes) => bytes],
  ['a Blob', (bytes) => new Blob([bytes])],
  ['a File', (bytes) => new File([bytes], 'x.txt')],
  ['a stream', (bytes) => new Blob([bytes]).stream()],
  ['chunks cut anywhere', cut],
  ['a path', file],
  [
    'a URL',
    (bytes) => {
      served = bytes;
      return url();
    },
  ],
];

describe.each(formats)('%s', (name, read, make) => {
  const text = make('word');
  const shapes: [string, string][] = [
    ['as it is', text],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['with a byte-order mark', `\uFEFF${text}`],
    ['without a final newline', text.replace(/\n+$/, '')],
  ];
  /** Only the text itself and its pieces tell a final newline from none. */
  const trimmed = (found: unknown[]) => found.map((one) => (typeof one === 'string' ? one.trimEnd() : one));

  test.each(sources)('law: the same examples from %s, plain or packed, however lines end', async (_, source) => {
    const expected = trimmed(await collect(read(text)));
    expect(expected.length).toBeGreaterThan(0);
    for (const [, shape] of shapes) {
      expect(trimmed(await collect(read(shape)))).toEqual(expected);
      for (const bytes of [bytesOf(shape), new Uint8Array(gzipSync(shape))]) {
        expect(trimmed(await collect(read(await source(bytes))))).toEqual(expected);
      }
    }
    expect(trimmed(await collect(read(letters(text))))).toEqual(expected);
  });

  test('an empty source has no examples', async () => {
    const nothing = name === 'readText' || name === 'textChunks' ? [''] : [];
    for (const empty of ['', '\uFEFF', new Uint8Array(0), new Blob([]), cut(new Uint8Array(0)), gzipSync('')]) {
      if (name !== 'readParallel') expect(await collect(read(empty))).toEqual(nothing);
    }
  });

  test('a huge line is one line', async () => {
    const expected = await collect(read(make(huge)));
    expect(await collect(read(new Blob([make(huge)])))).toEqual(expected);
    expect(JSON.stringify(expected)).toContain(huge);
  });

  test('a packed file that is cut, bytes that are no text, and no source at all are errors', async () => {
    const packed = new Uint8Array(gzipSync(make(huge)));
    const dataError = (line?: number) => ({
      name: 'DataError',
      where: `${name}(x.gz)`,
      ...(line && { message: expect.stringContaining(`line ${line} is not UTF-8`) }),
    });
    await expect(collect(read(new File([packed.subarray(0, packed.length / 2)], 'x.gz')))).rejects.toMatchObject(
      dataError(),
    );
    const latin1 = new Uint8Array([...bytesOf(text), ...bytesOf(make('')), 0xe4, 0x0a]);
    const line = (text + make('')).split('\n').length;
    if (name !== 'readParallel')
      await expect(collect(read(new File([latin1], 'x.gz')))).rejects.toMatchObject(dataError(line));
    const utf16 = new Uint8Array([0xff, 0xfe, 0x61, 0]);
    await expect(collect(read(new File([utf16], 'x.gz')))).rejects.toMatchObject(dataError(1));
    const used = new Blob([text]).stream();
    await collect(read(used));
    await expect(collect(read(used))).rejects.toMatchObject({ name: 'UsageError' });
    await expect((async () => collect(read(42 as never)))()).rejects.toMatchObject({ name: 'OptionError' });
  });

  test('the source is closed where reading stops', async () => {
    if (name === 'readText' || name === 'textChunks') return;
    let open = 0;
    const source = async function* () {
      open++;
      try {
        for (let i = 0; i < 9; i++) yield text;
      } finally {
        open--;
      }
    };
    for await (const _example of read(source())) {
      expect(open).toBe(1);
      break;
    }
    expect(open).toBe(0);
  });
});

describe.each(formats.filter(([, , , bad]) => bad))('%s', (name, read, make, bad) => {
  test('what breaks the format stops with its line and column, or is left out and counted', async () => {
    const broken = make(`w${bad}`);
    const reading = () => collect(read(new File([broken], 'x.txt')));
    await expect(reading()).rejects.toMatchObject({ name: 'DataError', where: `${name}(x.txt)` });
    await expect(reading()).rejects.toThrow(/^\w+\(x\.txt\): line \d+, column \d+: /);
    const problems: Error[] = [];
    const rest = await collect(read(broken, { onBad: (problem) => problems.push(problem) }));
    expect(problems.length).toBeGreaterThan(0);
    const good = await collect(read(make('word')));
    for (const example of rest) expect(good).toContainEqual(example);
    expect(rest.length).toBeGreaterThan(0);
  });
});

/** Downloads from a real server on this machine that has every fault a network has. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Rng } from '@seqloom/core/rng';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DataFile } from './dataset-source.js';
import type { DownloadProgress } from './download.js';
import { type FileCache, memoryCache } from './file-cache.js';
import { type Network, network as real } from './network.js';
import { supplier } from './obtain.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const rng = new Rng(1);
const bytes = Uint8Array.from({ length: 300_000 }, () => rng.below(256));
const spoilt = bytes.map((byte, i) => (i === 150_000 ? byte ^ 1 : byte));
const packed = gzipSync(bytes);
const half = 120_000;

/** An honest server: ETag, and ranges. */
const honest: Answer = ({ headers: { range } }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  if (from >= bytes.length) return void response.writeHead(416).end();
  response.setHeader('ETag', '"one"');
  response.setHeader('Content-Length', bytes.length - from);
  if (range) response.writeHead(206, { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
  response.end(bytes.subarray(from));
};
const whole = (body: Uint8Array, headers: Record<string, string | number> = {}): Answer => {
  return (_, response) => void response.writeHead(200, { 'Content-Length': body.length, ...headers }).end(body);
};
const status = (code: number, headers: Record<string, string> = {}): Answer => {
  return (_, response) => void response.writeHead(code, headers).end('no');
};
/** Says that all comes, gives the beginning and hangs up. */
const cut = (end: number, body: Uint8Array = bytes, tag = '"one"', more: Record<string, string> = {}): Answer => {
  return (_, response) => {
    response.writeHead(200, { 'Content-Length': body.length, ETag: tag, ...more });
    response.write(body.subarray(0, end), () => setImmediate(() => response.destroy()));
  };
};

let server: Server;
let base: string;
let answers: Answer[];
let asked: (string | undefined)[];
let waits: number[];
let cache: FileCache & { names: () => string[] };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    const answer = request.url === '/elsewhere' ? honest : (answers.shift() ?? honest);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [answers, asked, waits] = [[], [], []];
  const files = new Map<string, Uint8Array>();
  cache = {
    names: () => [...files.keys()],
    read: async (name) => files.get(name),
    write: async (name, data) => void files.set(name, data),
    remove: async (name) => void files.delete(name),
  };
});

const file = (more: Partial<DataFile> = {}): DataFile => ({
  path: 'made/up.bin',
  size: bytes.length,
  sha256: bytesToHex(sha256(bytes)),
  origin: `${base}/up.bin`,
  ...more,
});

function load(
  options: { signal?: AbortSignal; onProgress?: (p: DownloadProgress) => void; mirror?: string } = {},
  wanted = file(),
) {
  const network: Network = { ...real, sleep: async (ms) => void waits.push(ms) };
  return supplier('test', { dataset: 'made', cache, network, onNotice: () => {}, ...options })(wanted);
}

const kept = () => cache.names().filter((name) => !name.endsWith('.part'));

/** Faults, and what is asked for in the end: the ranges of all requests. */
const recoveries: [name: string, faults: () => Answer[], ranges: (string | undefined)[]][] = [
  ['nothing wrong', () => [], [undefined]],
  ['cut once: goes on', () => [cut(half)], [undefined, `bytes=${half}-`]],
  ['cut before the first byte', () => [cut(0)], [undefined, undefined]],
  ['500 and 503: asks again', () => [status(500), status(503)], [undefined, undefined, undefined]],
  ['a redirect', () => [status(302, { Location: '/elsewhere' })], [undefined, undefined]],
  ['cut, and a server without ranges', () => [cut(half), whole(bytes)], [undefined, `bytes=${half}-`]],
  ['cut, and another version by then', () => [cut(half, spoilt, '"old"')], [undefined, `bytes=${half}-`, undefined]],
  [
    'cut, and unseen that it was another version',
    () => [cut(200_000, spoilt)],
    [undefined, 'bytes=200000-', undefined],
  ],
  ['cut, and a shorter file by then', () => [cut(half), status(416)], [undefined, `bytes=${half}-`, undefined]],
  ['packed on the way', () => [whole(packed, { 'Content-Encoding': 'gzip' })], [undefined]],
];

test.each(recoveries)('%s', async (_, faults, ranges) => {
  answers = faults();
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  expect(asked).toEqual(ranges);
  expect(kept()).toHaveLength(1);
  expect(cache.names()).toHaveLength(1);
  asked = [];
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  expect(asked).toEqual([]); // from the cache
});

test('packed on the way and cut: goes on with what could be unpacked', async () => {
  answers = [cut(half, packed, 'W/"one-gzip"', { 'Content-Encoding': 'gzip' })];
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  expect(asked).toHaveLength(2);
});

const defeats: [name: string, faults: () => Answer[], problem: string][] = [
  ['corrupt', () => [whole(spoilt)], 'sha256'],
  ['too short', () => [whole(bytes.subarray(1))], '299999 bytes, expected 300000'],
  ['too long', () => [whole(new Uint8Array(900_000))], 'longer than the 300000 bytes'],
  ['404', () => [status(404)], '404'],
  ['403', () => [status(403)], '403'],
  ['500 for ever', () => Array.from({ length: 5 }, () => status(500)), '500'],
];

test.each(defeats)('%s: a DataError, and nothing is kept', async (_, faults, problem) => {
  answers = faults();
  await expect(load()).rejects.toMatchObject({ name: 'DataError', message: expect.stringContaining(problem) });
  expect(cache.names()).toEqual([]);
});

test('the waits between attempts double, or are what the server asks for', async () => {
  answers = [status(500), status(429, { 'Retry-After': '7' }), status(500), status(500), status(500)];
  await expect(load()).rejects.toThrow('5 times');
  expect(waits).toEqual([500, 7000, 2000, 4000]);
});

test('cut again and again: what has come is kept, and another program goes on with it', async () => {
  answers = Array.from({ length: 5 }, () => cut(half, bytes));
  await expect(load()).rejects.toMatchObject({ name: 'DataError', hint: expect.stringContaining('kept') });
  expect(cache.names().map((name) => name.endsWith('.part'))).toEqual([true]);
  asked = [];
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  expect(asked).toEqual([`bytes=${half}-`]);
});

test('slow: progress is told, and what had come when it was cancelled is not asked for again', async () => {
  answers = [
    (_, response) => {
      response.writeHead(200, { 'Content-Length': bytes.length, ETag: '"one"' });
      response.write(bytes.subarray(0, half)); // and no more
    },
  ];
  const controller = new AbortController();
  const seen: DownloadProgress[] = [];
  const onProgress = (progress: DownloadProgress) => {
    seen.push(progress);
    if (progress.loaded === half) controller.abort('enough');
  };
  const cancelled = load({ signal: controller.signal, onProgress });
  await expect(cancelled).rejects.toMatchObject({ name: 'UsageError', cause: 'enough' });
  expect(seen[0]).toMatchObject({ loaded: 0, total: bytes.length });
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  expect(asked).toEqual([undefined, `bytes=${half}-`]);
  await expect(load({ signal: AbortSignal.abort() }, file({ size: 1, sha256: 'f'.repeat(64) }))).rejects.toThrow(
    'cancelled',
  );
});

test('a damaged file in the cache is replaced; a cache that cannot be written does not stop the work', async () => {
  await load();
  await cache.write(kept()[0]!, spoilt);
  expect(Buffer.compare(await load(), bytes)).toBe(0);
  const full = { ...memoryCache(), write: async () => Promise.reject(new Error('full')) };
  const notices: string[] = [];
  const supply = { dataset: 'made', cache: full, network: real, onNotice: (text: string) => void notices.push(text) };
  expect(Buffer.compare(await supplier('test', supply)(file()), bytes)).toBe(0);
  expect(notices).toEqual([expect.stringContaining('full')]);
});

test('what is made of several files: each once, the rule checked by its outcome', async () => {
  const twice = Uint8Array.from([...bytes, ...bytes]);
  const made = (convert: (originals: readonly Uint8Array[]) => Uint8Array): DataFile =>
    file({
      size: twice.length,
      sha256: bytesToHex(sha256(twice)),
      origin: { urls: [`${base}/a`, `${base}/b`], convert },
    });
  const joined = made(([a, b]) => Uint8Array.from([...a!, ...b!]));
  expect(Buffer.compare(await load({}, joined), twice)).toBe(0);
  expect(asked).toEqual([undefined, undefined]);
  await cache.remove(kept()[0]!);
  const broken = made(() => JSON.parse('{') as Uint8Array);
  await expect(load({}, broken)).rejects.toMatchObject({ name: 'DataError' });
  await expect(
    load(
      {},
      made(([a]) => a!),
    ),
  ).rejects.toThrow('300000 bytes, expected 600000');
});

test('a mirror has the files plain or packed', async () => {
  expect(Buffer.compare(await load({ mirror: `${base}/` }), bytes)).toBe(0);
  await cache.remove(kept()[0]!);
  answers = [status(404), whole(packed)];
  expect(Buffer.compare(await load({ mirror: base }), bytes)).toBe(0);
});

/** Folders, caches and the terms of a dataset, on a small dataset that needs no download. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderCache, localFolder } from '../node.js';
import { type DatasetName, type Folder, loadDataset, memoryCache } from './index.js';

let root: string;
let text: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seqloom-datasets-'));
  const { train } = await loadDataset('ice-cream', { onNotice: () => {} });
  text = `day,cones\n${train.rows.map((row) => `${row.join(',')}\n`).join('')}`;
});
afterAll(() => rm(root, { recursive: true }));

test('a folder on disk, plain or packed, as path or URL; files that someone dropped', async () => {
  const place = join(root, 'data');
  await mkdir(join(place, 'series'), { recursive: true });
  await writeFile(join(place, 'series/ice_cream.csv.gz'), gzipSync(text));
  const file = new File([text], 'ice_cream.csv');
  const other = new File(['x'], 'other/ice_cream.csv.txt');
  const within = new File([gzipSync(text)], 'my/series/ice_cream.csv.gz');
  for (const folder of [localFolder(place), localFolder(pathToFileURL(place)), [other, file], [within]]) {
    const { name, about, train } = await loadDataset('ice-cream', { folder });
    expect([name, train.columns, train.rows.length]).toEqual(['ice-cream', ['day', 'cones'], 33]);
    expect(about.citation).toContain('Eisner');
  }
});

test('a file that is missing or another one is a DataError, what is no folder an OptionError', async () => {
  const dataError = expect.objectContaining({ name: 'DataError' });
  const optionError = expect.objectContaining({ name: 'OptionError' });
  await expect(loadDataset('ice-cream', { folder: [] })).rejects.toEqual(dataError);
  const changed = new File([text.replace('1,2', '1,3')], 'ice_cream.csv');
  await expect(loadDataset('ice-cream', { folder: [changed] })).rejects.toThrow('sha256');
  await expect(loadDataset('ice-cream', { folder: root as unknown as Folder })).rejects.toEqual(optionError);
  await expect(loadDataset('imagenet' as DatasetName)).rejects.toEqual(optionError);
  await expect(loadDataset('ice-cream', { split: 'length' as never })).rejects.toEqual(optionError);
  await expect(loadDataset('scan', { split: 'hard' as never })).rejects.toEqual(optionError);
});

test('title, licence and citation are told once', async () => {
  const told: string[] = [];
  const onNotice = (each: string) => void told.push(each);
  for (let i = 0; i < 2; i++) await loadDataset('casino', { onNotice });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/casino\n {2}licence: facts\n {2}cite: Durbin/);
});

test('law: a cache gives what was written last, in a folder for two at once and not half', async () => {
  const place = join(root, 'cache');
  for (const [one, two] of [
    [memoryCache()].flatMap((cache) => [cache, cache]),
    [folderCache(place), folderCache(pathToFileURL(place))],
  ]) {
    expect(await one!.read('a.bin')).toBeUndefined();
    await one!.remove('a.bin');
    const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(200_000).fill(i));
    const reading = Array.from({ length: 8 }, () => two!.read('a.bin'));
    await Promise.all([...contents.map((bytes, i) => [one, two][i % 2]!.write('a.bin', bytes)), ...reading]);
    for (const bytes of [...(await Promise.all(reading)), await two!.read('a.bin')]) {
      if (bytes) expect([bytes.length, new Set(bytes).size]).toEqual([200_000, 1]);
    }
    const last = await one!.read('a.bin');
    const digest = (bytes?: Uint8Array) => createHash('md5').update(bytes!).digest('hex');
    expect(contents.map(digest)).toContain(digest(last));
    await two!.remove('a.bin');
    expect(await one!.read('a.bin')).toBeUndefined();
  }
  expect(await readdir(place)).toEqual([]);
});

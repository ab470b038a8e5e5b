import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect, readConllu } from './index.js';
import { textFile, treebankFiles } from './node.js';

const text = '1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n\n';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-'));
  await writeFile(join(folder, 'a-ud-train.conllu.gz'), gzipSync(text.repeat(3)));
  await writeFile(join(folder, 'a-ud-dev.conllu'), text);
  await writeFile(join(folder, 'a-ud-test.conllu'), '');
});
afterAll(() => rm(folder, { recursive: true }));

test('a treebank folder, plain and packed, read again and again', async () => {
  const { train, dev, test } = await treebankFiles(pathToFileURL(folder));
  const data = readConllu(train);
  expect([(await collect(data)).length, (await collect(data)).length]).toEqual([3, 3]);
  expect(await collect(readConllu(dev))).toHaveLength(1);
  expect(await collect(readConllu(test))).toEqual([]);
  expect(textFile(pathToFileURL(dev.path))).toMatchObject({ name: 'a-ud-dev.conllu', path: dev.path });
});

test('a file or folder that cannot be read, a part that is missing or there twice', async () => {
  const dataError = expect.objectContaining({ name: 'DataError' });
  await expect(collect(readConllu(textFile(join(folder, 'none.conllu'))))).rejects.toThrow('there is no');
  await expect(collect(readConllu(textFile(folder)))).rejects.toEqual(dataError);
  await expect(treebankFiles(join(folder, 'none'))).rejects.toEqual(dataError);
  await writeFile(join(folder, 'b-ud-dev.conllu'), text);
  await expect(treebankFiles(folder)).rejects.toThrow('found 2');
  await rm(join(folder, 'a-ud-dev.conllu'));
  await rm(join(folder, 'b-ud-dev.conllu'));
  await expect(treebankFiles(folder)).rejects.toThrow('*-dev.conllu.gz');
});

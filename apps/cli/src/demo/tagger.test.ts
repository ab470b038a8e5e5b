import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@seqloom/core';
import { generateSentences, writeConllu } from '@seqloom/data';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PosTagger } from './pos-tagger.js';
import { demoTagger } from './tagger.js';

let folder: string;
let log: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-tagger-'));
  log = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void log.push(String(line)));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const choices = () => ({ seed: 1, backend: 'wasm', data: folder, model: join(folder, 'model.safetensors') }) as const;

it('learns a treebank, writes what it reached, and tags the sentence with the reloaded model', async () => {
  const rng = new Rng(1);
  for (const [part, count] of Object.entries({ train: 800, dev: 40, test: 40 })) {
    await writeFile(join(folder, `made-${part}.conllu`), writeConllu(generateSentences({ rng, count })));
  }
  const json = join(folder, 'report.json');
  await demoTagger({ ...choices(), epochs: 3, json, sentence: 'Anna reads a book.' });
  const report = JSON.parse(await readFile(json, 'utf8'));
  expect(report).toMatchObject({ seconds: expect.any(Number), backend: 'wasm', seed: 1 });
  expect(Math.min(report.dev, report.test)).toBeGreaterThan(0.9);
  expect(log.join('\n')).toContain('the reloaded model gives 40 of 40 test sentences the same tags');
  expect(log.slice(-2).map((line) => line.split(/ +/).length)).toEqual([5, 5]);
});

it('says which file of the treebank is missing', async () => {
  await expect(demoTagger({ ...choices(), sentence: '' })).rejects.toThrow('expected one *-train.conllu');
});

it('loads nothing that is no tagger', async () => {
  await expect(PosTagger.load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ name: 'CheckpointError' });
});

/** Each real dataset from the data folder: as many examples as its README says, and what they look like. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, expectTypeOf, test } from 'vitest';
import { localFolder } from '../node.js';
import {
  type DatasetExamples,
  type DatasetName,
  datasetNames,
  type IntentExample,
  loadDataset,
  type ScanSplit,
} from './index.js';

const shared = process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const absent = !existsSync(`${shared}/labelling`);
if (absent) console.warn(`left out: the real datasets are not at ${shared}; set SEQLOOM_DATA to the data folder`);
const folder = localFolder(shared);

/** Examples in each part; of series the rows, of texts the characters. */
const counts: Record<DatasetName, Record<string, number>> = {
  banking77: { train: 10003, test: 3080 },
  casino: { train: 300 },
  earthquakes: { train: 107 },
  faithful: { train: 272 },
  fsdd: { train: 1350, test: 150 },
  'ice-cream': { train: 33 },
  'moby-dick': { train: 1118691, dev: 124299 },
  scan: { train: 16728, test: 4182 },
  scitldr: { train: 1992, dev: 619, test: 618 },
  'sentence-polarity': { train: 8506, dev: 1086, test: 1070 },
  snips: { train: 13084, dev: 700, test: 700 },
  sp500: { train: 1866 },
  'tatoeba-eng-fra': { train: 141234, dev: 669, test: 734 },
  'tiny-shakespeare': { train: 1003854, dev: 111540 },
  'ud-chinese-gsdsimp': { dev: 500, test: 500 },
  'ud-english-ewt': { train: 12544, dev: 2001, test: 2077 },
  'ud-turkish-atis': { train: 4274, dev: 572, test: 586 },
  wnut17: { train: 3394, dev: 1009, test: 1287 },
};

test('every dataset of the catalogue is counted here', () => {
  expect(Object.keys(counts).sort()).toEqual(datasetNames);
});

test.skipIf(absent).each(datasetNames)('real data, left out where SEQLOOM_DATA is absent: %s', async (name) => {
  const { name: told, about, ...parts } = await loadDataset(name, { folder });
  expect(told).toBe(name);
  expect(Object.values(about).every((text) => text.length > 3)).toBe(true);
  const found = Object.entries(parts).map(([part, examples]) => {
    if ('text' in examples) return [part, examples.text.length];
    return [part, ('rows' in examples ? examples.rows : examples).length];
  });
  expect(Object.fromEntries(found)).toEqual(counts[name]);
});

test.skipIf(absent)('real data: what examples look like', async () => {
  const snips = await loadDataset('snips', { folder });
  expectTypeOf(snips.train).toEqualTypeOf<IntentExample[]>();
  expectTypeOf<DatasetExamples['snips']>().toEqualTypeOf<IntentExample>();
  expect(snips.train[0]).toMatchObject({ intent: 'AddToPlaylist', words: expect.arrayContaining(['Add', 'song']) });
  const all = [...snips.train, ...snips.dev, ...snips.test];
  expect(all.every(({ words, tags }) => words.length === tags.length && words.length > 0)).toBe(true);
  expect(snips.test.reduce((sum, { words }) => sum + words.length, 0)).toBe(6327);
  expect(new Set(snips.train.flatMap(({ tags }) => tags.map((tag) => tag.slice(2)))).size).toBe(39 + 1);

  const banking = await loadDataset('banking77', { folder });
  expect(new Set(banking.train.map(({ label }) => label)).size).toBe(77);
  expect(banking.test[1]).toEqual({
    text: 'I still have not received my new card, I ordered over a week ago.',
    label: 'card_arrival',
  });
  expect(banking.train.filter(({ text }) => text.includes('\n') || text.includes('""'))).not.toEqual([]);

  const files = ['test.csv', 'train.csv.gz'].map((name) => {
    const bytes = readFileSync(`${shared}/classification/banking77/${name}`);
    return new File([bytes], `my data/classification/banking77/${name}`);
  });
  expect((await loadDataset('banking77', { folder: files })).test).toEqual(banking.test);

  const digits = await loadDataset('fsdd', { folder });
  const seconds = [...digits.train, ...digits.test].reduce(
    (sum, { samples, sampleRate }) => sum + samples.length / sampleRate,
    0,
  );
  expect(seconds).toBeCloseTo(609.9, 1);
  expect(new Set(digits.test.map(({ digit, speaker }) => `${digit} ${speaker}`)).size).toBe(30);

  const { test: held } = await loadDataset('tatoeba-eng-fra', { folder });
  expect(new Set(held.map(({ source }) => source)).size).toBe(493);
  const { train: index } = await loadDataset('sp500', { folder });
  expect(index.rows[1]!.slice(0, 2)).toEqual([1871 + 1 / 12, 4.5]);
});

test.skipIf(absent)('real data: SCAN by its splits', async () => {
  for (const [split, train, held] of [
    ['length', 16990, 3920],
    ['add-jump', 14670, 7706],
  ] as [ScanSplit, number, number][]) {
    const data = await loadDataset('scan', { folder, split });
    expect([data.train.length, data.test.length]).toEqual([train, held]);
    expect(data.train[0]!.source).toHaveLength(1);
  }
});

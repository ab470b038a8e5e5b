/** The reader on real treebanks: counts as in the data folder's README, and the text comes back byte for byte. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { collect, readConllu, writeConllu } from '../index.js';
import { treebankFiles } from '../node.js';
import { lineBlocks } from './text-source.js';

const shared = process.env.SEQLOOM_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const folder = `${shared}/labelling`;
const absent = !existsSync(folder);
if (absent) console.warn(`left out: the real treebanks are not at ${folder}; set SEQLOOM_DATA to the data folder`);

test.skipIf(absent).each([
  ['ud-english-ewt', 'train', 12544, 204577],
  ['ud-english-ewt', 'dev', 2001, 25147],
  ['ud-english-ewt', 'test', 2077, 25094],
  ['ud-turkish-atis', 'train', 4274, 36230],
  ['ud-turkish-atis', 'dev', 572, 4862],
  ['ud-turkish-atis', 'test', 586, 4815],
] as const)('real data, left out where SEQLOOM_DATA is absent: %s %s', async (name, part, sentenceCount, wordCount) => {
  const file = (await treebankFiles(`${folder}/${name}`))[part];
  const sentences = await collect(readConllu(file));
  expect(sentences).toHaveLength(sentenceCount);
  expect(sentences.reduce((total, { tokens }) => total + tokens.length, 0)).toBe(wordCount);
  const lines: string[] = [];
  for await (const block of lineBlocks('test', file)) lines.push(...block);
  expect(writeConllu(sentences) === `${lines.join('\n')}\n`).toBe(true);
});

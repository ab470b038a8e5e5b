/** docs/attention.md is the whole catalogue: every export, every picture, and examples that run. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as attention from '@seqloom/attention';
import { expect, it, vi } from 'vitest';
import { examples } from '../../../scripts/readme.mjs';
import { fileName } from './heat-map.js';
import { mechanisms } from './mechanisms.js';
import { patternNames } from './patterns.js';
import { twoHeads } from './two-back.js';

const docs = new URL('../../../docs/', import.meta.url);
const page = await readFile(new URL('attention.md', docs), 'utf8');
/** What entries are made of, and explained within them. */
const parts = ['Attention', 'eluPlusOne', 'rotate'];

it('has an entry for every export', () => {
  const missing = Object.keys(attention).filter((name) => !page.includes(`**\`${name}`) && !parts.includes(name));
  expect(missing).toEqual([]);
  for (const part of parts) expect(page).toContain(`\`${part}`);
});

it('shows a picture of every mechanism and mask, none over 10 kB, and there is no other', async () => {
  const shown = new Set(Array.from(page.matchAll(/\]\(attention\/([^)]+)\)/g), ([, file]) => file!));
  const made = [...Object.keys({ ...mechanisms, ...twoHeads }), ...patternNames].map((name) => `${fileName(name)}.svg`);
  expect([...shown].sort()).toEqual(made.sort());
  expect((await readdir(new URL('attention/', docs))).sort()).toEqual(made);
  for (const file of made) expect((await stat(new URL(`attention/${file}`, docs))).size).toBeLessThan(10_240);
});

it('has examples that run and print what they say', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const folder = new URL('../../node_modules/.cache/', import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const [i, example] of examples(page).entries()) {
    const file = new URL(`attention-docs-${process.pid}-${i}.ts`, folder);
    await writeFile(file, example);
    await import(/* @vite-ignore */ pathToFileURL(file.pathname).href).finally(() => rm(file));
  }
  const printed = log.mock.calls.map((words) => words.join(' '));
  log.mockRestore();
  expect(printed).toEqual(['2,1,8 2,1,5', '8,5,5']);
});

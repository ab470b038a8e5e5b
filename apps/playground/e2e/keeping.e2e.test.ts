/** The page around a model, in a real Chromium: comparing, looking back, keeping, and what is done when the browser refuses. */
import { readFileSync } from 'node:fs';
import { Rng } from '@seqloom/core/rng';
import { generateSentences, writeConllu } from '@seqloom/data';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { textOf, Visitor } from './visitor.js';

const quickDates = 'dates?writing=numbers&size=32&batchSize=16&learningRate=0.01';

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
  await visitor.open(quickDates);
});
afterEach(() => expect(visitor.complaints.splice(0)).toEqual([]));
afterAll(() => visitor?.leave());

test('all experiments are listed in groups, and the keyboard reaches them', async () => {
  await visitor.page.getByRole('button', { name: /^Experiments:/ }).click();
  const list = visitor.page.getByRole('navigation', { name: 'Experiments' });
  await list.waitFor();
  expect(await list.getByRole('link').count()).toBeGreaterThan(1);
  await visitor.page.keyboard.press('ArrowDown');
  await visitor.until(
    async () =>
      (await list.getByRole('link').evaluateAll((all) => all.indexOf(document.activeElement as HTMLAnchorElement))) ===
      0,
  );
  await visitor.page.keyboard.press('Escape');
  await list.waitFor({ state: 'hidden' });
});

test('a training can be looked back upon, moment by moment', async () => {
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.step()) >= 6);
  await visitor.press('Pause');
  await visitor.reaches('paused');
  const moment = visitor.page.getByLabel('Moment');
  await moment.focus();
  await visitor.page.keyboard.press('Home');
  await visitor.page.getByText('before any training').waitFor();
  await visitor.page.keyboard.press('End');
  await visitor.page.getByText(`after ${await visitor.step()} steps`).waitFor();
});

describe('keeping', () => {
  test('where there is no room left, it says so and what was kept stays', async () => {
    await visitor.limitStorage(350_000); // a model of these takes 214 kB, with its optimiser
    await keepAs('mine');
    await visitor.page.getByText('Kept in this browser as ‘mine’.').waitFor();
    await keepAs('another');
    await visitor.page.getByText('there is no room left').waitFor();
    expect(await visitor.page.getByRole('button', { name: /^Open / }).count()).toBe(1);
  });

  test('a model is kept over a reload, opened again, and deleted', async () => {
    const step = await visitor.step();
    await visitor.page.reload();
    await visitor.reaches('ready');
    await visitor.press('Step');
    await visitor.until(async () => (await visitor.read('loss')) !== '–');
    await visitor.press('Open mine');
    await visitor.until(async () => (await visitor.step()) === step);
    await visitor.reaches('paused');
    expect(await visitor.read('loss')).toBe('–'); // it was another model's
    await visitor.press('Bring back the one at step 1');
    await visitor.until(async () => (await visitor.step()) === 1);
    await visitor.press('Open mine');
    await visitor.until(async () => (await visitor.step()) === step);
    await visitor.press('Delete mine');
    await visitor.page.getByRole('button', { name: 'Open mine' }).waitFor({ state: 'detached' });
  });
});

async function keepAs(name: string): Promise<void> {
  await visitor.page.getByLabel('Name', { exact: true }).fill(name);
  await visitor.press('Keep in this browser');
}

test('two models learn from the same data in the same order, side by side', async () => {
  await visitor.press('Compare with a variant');
  await visitor.until(async () => (await visitor.page.getByTestId('status-b').getAttribute('data-phase')) === 'ready');
  await visitor.press('Reset');
  await visitor.reaches('ready');
  await visitor.press('Step');
  await visitor.until(
    async () => (await textOf(visitor.page.getByTestId('step-b'))) === '1' && (await visitor.step()) === 1,
  );
  await visitor.until(async () => (await visitor.read('loss-B')) === (await visitor.read('loss')));
  await visitor.page.getByLabel('Learning rate').selectOption('0.1');
  await visitor.page.getByText('B differs: learning rate 0.1').waitFor();
  expect(visitor.page.url()).toContain('vs.learningRate=0.1');
  await visitor.page.getByLabel('Seed').fill('7'); // concerns the data: of both
  await visitor.page.getByLabel('Seed').press('Enter');
  await visitor.until(
    async () => (await textOf(visitor.page.getByTestId('step-b'))) === '0' && (await visitor.step()) === 0,
  );
  expect(visitor.page.url()).toMatch(/[?&]seed=7&/);
  expect(visitor.page.url()).not.toContain('vs.seed');
  await visitor.press('End comparison');
  await visitor.page.getByTestId('step-b').waitFor({ state: 'detached' });
});

test('a stranger brings a treebank, trains on it and takes the model home as a program', async () => {
  await visitor.page.getByRole('button', { name: /^Experiments:/ }).click();
  await visitor.page.getByRole('link', { name: /^Tagger / }).click();
  await visitor.reaches('ready');
  const treebank = writeConllu(generateSentences({ rng: new Rng(5), count: 300 }));
  await visitor.drop('Drop a CoNLL-U file', 'mine.conllu', treebank);
  await visitor.page.getByText('mine.conllu: 300 sentences').waitFor();
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.measure()) >= 0.7);
  const download = visitor.page.waitForEvent('download');
  await visitor.press('Download program and weights');
  const archive = readFileSync(await (await download).path());
  expect(archive.subarray(0, 4)).toEqual(Buffer.from('PK\u0003\u0004'));
  for (const name of ['use.ts', 'package.json', 'model.safetensors']) expect(archive.includes(name)).toBe(true);
  await visitor.press('Compare with a variant');
  await visitor.until(async () => (await visitor.page.getByTestId('status-b').getAttribute('data-phase')) === 'ready');
  expect(await visitor.read('data-caption')).toContain('mine.conllu');
  await visitor.press('End comparison');
  await visitor.open(quickDates);
});

test('a graphics card that drops the page is told of, and training goes on from the last checkpoint', async () => {
  await visitor.press('Step');
  await visitor.until(async () => (await visitor.step()) === 1);
  await visitor.page.getByLabel('Backend').selectOption('webgl');
  await visitor.page.getByText('Running on webgl').waitFor();
  await visitor.loseContext();
  await visitor.press('Step');
  await visitor.page.getByText('the graphics card dropped it').waitFor();
  await visitor.page.getByRole('button', { name: /^(Resume from step|Start again)/ }).click();
  await visitor.until(async () => ['ready', 'paused'].includes((await visitor.phase()) ?? ''));
  visitor.complaints.length = 0; // tfjs tells the console what it lost
});

test('once loaded, the page needs no network', async () => {
  await visitor.page.getByLabel('Backend').selectOption('wasm');
  await visitor.page.getByText('Running on wasm').waitFor();
  expect(await visitor.reloadsOffline()).toBe(true);
});

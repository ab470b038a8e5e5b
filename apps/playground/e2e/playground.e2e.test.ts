/** The playground in a real Chromium: both experiments learn, answer meanwhile, take own data, and survive what goes wrong. */
import { gzipSync } from 'node:zlib';
import { Rng } from '@seqloom/core/rng';
import { generateSentences, writeConllu } from '@seqloom/data';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { textOf, Visitor } from './visitor.js';

/** Dates in numbers only, and a small model: quick to learn on two cores. */
const quickDates = 'dates?writing=numbers&size=32&batchSize=32&learningRate=0.01';

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
});
afterEach(() => expect(visitor.complaints.splice(0)).toEqual([]));
afterAll(() => visitor?.leave());

describe('a first visit', () => {
  test('answers come from a model that was trained beforehand, and says so; the own training begins from nothing', async () => {
    await visitor.open('dates');
    await visitor.until(async () => (await visitor.read('output')).includes('1976-07-04'));
    expect(await visitor.read('answerer')).toMatch(
      /trained for \d+ steps beforehand \(exact match, unseen days: \d+\.\d %\)/,
    );
    await visitor.photograph('first-visit');
    await visitor.press('Ask the untrained one');
    await visitor.page.getByText('Before any training').waitFor();
    expect(await visitor.read('output')).not.toContain('1976-07-04');
    await visitor.press('Ask the trained one');
    await visitor.until(async () => (await visitor.read('output')).includes('1976-07-04'));
    await visitor.press('Step');
    await visitor.page.getByText('After 1 step').waitFor();
    expect(await visitor.step()).toBe(1);
    await visitor.press('Reset');
    await visitor.page.getByText('Before any training').waitFor();
    expect(await visitor.read('output')).not.toContain('1976-07-04');
  });
});

describe('Dates', () => {
  beforeAll(() => visitor.open(quickDates));

  test('learns: the loss falls and unseen days are read', async () => {
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.measure()) >= 0.5);
    expect(await visitor.loss()).toBeLessThan(0.6);
  });

  test('answers while it trains, and shows where it looked', async () => {
    await visitor.page.getByLabel('Type any date').fill('2019-11-23');
    await visitor.until(async () => /^\d{4}-\d\d-\d\d$/.test(await visitor.read('output')));
    expect(await visitor.phase()).toBe('training');
    const matrix = visitor.page.getByRole('img', { name: /^Attention:/ });
    await matrix.focus();
    await visitor.page.keyboard.press('ArrowDown');
    await visitor.page.keyboard.press('ArrowRight');
    expect(await visitor.read('reading')).toMatch(/^output ‘\d’, input ‘.’: [\d.]+ %$/);
    await visitor.page.getByText('As a table').click();
    await visitor.until(
      async () => (await visitor.page.getByRole('table', { name: 'Attention' }).getByRole('row').count()) === 11,
    );
    await visitor.page.getByText('As a table').click();
    await visitor.photograph('dates');
  });

  test('pauses, makes single steps, stops with a full measure, resets, and brings back what was reset', async () => {
    await visitor.page.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
    await visitor.reaches('paused');
    const focused = visitor.page.locator(':focus');
    expect((await textOf(focused)).trim()).toBe('Train');
    const before = await visitor.step();
    await visitor.press('Step');
    await visitor.until(async () => (await visitor.step()) === before + 1);
    await visitor.press('Stop');
    await visitor.reaches('stopped');
    expect(await visitor.measure()).toBeGreaterThan(0.4);
    await visitor.press('Reset');
    await visitor.until(async () => (await visitor.step()) === 0 && (await visitor.phase()) === 'ready');
    await visitor.press(`Bring back the one at step ${before + 1}`);
    await visitor.until(async () => (await visitor.step()) === before + 1);
    expect(await visitor.phase()).toBe('paused');
  });

  test('a weight of the attention is set by hand: the picture says so, the model goes on from it, and it can be taken back', async () => {
    const picture = visitor.page.getByRole('img', { name: /^Attention:/ });
    const firstLook = async () => {
      await picture.focus();
      for (const key of ['ArrowDown', 'ArrowUp', 'ArrowLeft']) await visitor.page.keyboard.press(key);
      return visitor.read('reading');
    };
    const [before, written] = [await firstLook(), await visitor.read('output')];
    await visitor.page.keyboard.press('Enter');
    const slider = visitor.page.getByRole('slider', { name: /^output ‘.’, input ‘2’$/ });
    await slider.press('Escape');
    expect(await visitor.read('reading')).toBe(before);
    for (const undo of ['Undo', 'Undo the change']) {
      await picture.press('Enter');
      await slider.press('End');
      await visitor.page.getByText('with your changes').waitFor();
      await visitor.press(undo);
      await slider.waitFor({ state: 'detached' });
      await visitor.until(async () => (await firstLook()) === before);
    }
    await picture.press('Enter');
    await slider.press('End');
    await visitor.until(async () => (await visitor.read('reading')).endsWith(': 100.0 %, set by you'));
    expect(await slider.getAttribute('aria-valuetext')).toBe('100.0 %');
    await visitor.page.getByText('with your changes').waitFor();
    await visitor.press('Undo the change');
    await visitor.page.getByText('with your changes').waitFor({ state: 'detached' });
    await visitor.until(async () => (await firstLook()) === before);
    expect(await visitor.read('output')).toBe(written);
    const { x, y } = (await picture.boundingBox())!;
    await visitor.page.mouse.click(x + 100, y + 100);
    await visitor.page.getByRole('slider', { name: /^output/ }).press('Escape');
    await visitor.page.getByText('Choose a cell and set its weight').waitFor();
  });

  test('same seed, same first loss; the address keeps the whole setup over a reload', async () => {
    const losses: number[] = [];
    for (let run = 0; run < 2; run++) {
      await visitor.press('Reset');
      await visitor.reaches('ready');
      await visitor.press('Step');
      await visitor.until(async () => (await visitor.step()) === 1);
      losses.push(await visitor.loss());
    }
    expect(losses[1]).toBe(losses[0]);
    await visitor.page.getByLabel('Seed').fill('7');
    await visitor.page.getByLabel('Seed').press('Enter');
    await visitor.until(async () => visitor.page.url().includes('seed=7'));
    await visitor.page.reload();
    await visitor.reaches('ready');
    expect(await visitor.page.getByLabel('Seed').inputValue()).toBe('7');
    expect(await visitor.page.getByRole('radio', { name: 'Numbers' }).isChecked()).toBe(true);
    expect(await visitor.page.getByLabel('Type any date').inputValue()).toBe('2019-11-23');
  });

  test('changes the backend while training and keeps the weights', async () => {
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.step()) >= 3);
    for (const backend of ['cpu', 'webgl', 'wasm']) {
      const before = await visitor.step();
      await visitor.page.getByLabel('Backend').selectOption(backend);
      await visitor.page.getByText(`Running on ${backend}`).waitFor();
      const switched = await visitor.step();
      expect(switched).toBeGreaterThanOrEqual(before);
      await visitor.until(async () => (await visitor.step()) > switched);
      expect(await visitor.phase()).toBe('training');
    }
  });

  test('a dead worker is reported, and training resumes from the last checkpoint', async () => {
    await visitor.until(async () => (await visitor.step()) >= 8);
    await visitor.press('Pause');
    await visitor.reaches('paused');
    const paused = await visitor.step();
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.step()) > paused);
    await visitor.killWorker();
    await visitor.page.getByText('The training worker died').waitFor();
    const resume = visitor.page.getByRole('button', { name: /^Resume from step \d+$/ });
    const from = Number(/\d+/.exec(await textOf(resume)));
    expect(from).toBeGreaterThanOrEqual(paused);
    await resume.click();
    await visitor.reaches('paused');
    expect(await visitor.step()).toBe(from);
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.step()) > from + 1);
    await visitor.photograph('resumed');
  });

  test('a change after a death starts a new model, and the last good one can still be brought back', async () => {
    await visitor.press('Pause');
    await visitor.reaches('paused');
    const last = await visitor.step();
    await visitor.killWorker();
    await visitor.page.getByText('The training worker died').waitFor();
    await visitor.page.getByRole('radio', { name: '64', exact: true }).first().check();
    await visitor.reaches('ready');
    await visitor.press(`Bring back the one at step ${last}`);
    await visitor.reaches('paused');
    expect(await visitor.step()).toBe(last);
    expect(await visitor.page.getByRole('radio', { name: '32', exact: true }).first().isChecked()).toBe(true);
  });
});

describe('Tagger', () => {
  const treebank = writeConllu(generateSentences({ rng: new Rng(3), count: 120 }));

  beforeAll(() => visitor.open('tagger?size=32&batchSize=16'));

  test('learns the embedded sentences', async () => {
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.measure()) >= 0.9);
  });

  test('tags a sentence with probabilities while it trains', async () => {
    await visitor.page.getByLabel('Type a sentence').fill('The small dog sleeps.');
    const table = visitor.page.getByRole('table', { name: 'Tags and their probabilities' });
    await visitor.until(async () => (await table.getByRole('row').count()) === 5);
    await visitor.until(async () => (await textOf(table.getByRole('row').first())).includes('DET'));
    expect(await textOf(table.getByRole('row').first())).toMatch(/^The\s*DET\s*\d+ %/);
    expect(await visitor.phase()).toBe('training');
    await visitor.photograph('tagger');
    await visitor.press('Pause');
    for (const view of ['Attention', 'Transitions', 'Probabilities']) {
      await visitor.page.getByRole('button', { name: view, exact: true }).click();
      await visitor.page.getByRole('img', { name: new RegExp(`^${view}:`) }).waitFor();
    }
  });

  test('explains a combination that makes no sense, instead of hiding it', async () => {
    await visitor.page.getByLabel('Self-attention').selectOption('none');
    await visitor.reaches('ready');
    await visitor.page.getByRole('radio', { name: '2', exact: true }).check();
    await visitor.page.getByText('there is nothing to divide into heads').waitFor();
    expect(await visitor.page.getByRole('button', { name: 'Train' }).isDisabled()).toBe(true);
    await visitor.page.getByRole('radio', { name: '1', exact: true }).check();
    await visitor.until(async () => visitor.page.getByRole('button', { name: 'Train' }).isEnabled());
  });

  test('takes a treebank that is chosen or dropped', async () => {
    await visitor.choose('Drop a CoNLL-U file', 'mine.conllu.gz', gzipSync(treebank));
    await visitor.page.getByText('mine.conllu.gz: 120 sentences').waitFor();
    await visitor.drop('Drop a CoNLL-U file', 'dropped.conllu', treebank);
    await visitor.page.getByText('dropped.conllu: 120 sentences').waitFor();
    await visitor.press('Step');
    await visitor.until(async () => (await visitor.step()) === 1);
  });

  test('tells the line of a broken file and keeps the data', async () => {
    await visitor.drop('Drop a CoNLL-U file', 'broken.conllu', `${treebank}1\tnine\tcolumns\n`);
    const line = treebank.split('\n').length;
    await visitor.until(async () => (await visitor.read('notice')).includes(String(line)));
    expect(await visitor.read('data-caption')).toContain('dropped.conllu: 120 sentences');
    expect(await visitor.step()).toBe(1);
    await visitor.page.getByRole('button', { name: 'Dismiss' }).click();
  });

  test('keeps weights in a file and takes them back, but no others', async () => {
    const download = visitor.page.waitForEvent('download');
    await visitor.press('Download weights');
    const file = await (await download).path();
    await visitor.page.getByLabel('Weights to load').setInputFiles(file);
    await visitor.page.getByText('Weights loaded').waitFor();
    await visitor.page.getByText('With the weights of').waitFor();
    await visitor.press('Bring back the one at step 1');
    await visitor.page.getByText('After 1 step').waitFor();
    await visitor.page
      .getByLabel('Weights to load')
      .setInputFiles({ name: 'x.safetensors', mimeType: '', buffer: Buffer.from('no') });
    await visitor.until(async () => (await visitor.page.getByTestId('notice').getAttribute('data-tone')) === 'error');
  });
});

describe('Spoken digits', () => {
  beforeAll(() => visitor.open('digits?size=32'));

  test('tells in plain words that it may not listen', async () => {
    await visitor.page.evaluate(() => {
      const { mediaDevices } = navigator;
      mediaDevices.getUserMedia = async () => {
        Reflect.deleteProperty(mediaDevices, 'getUserMedia');
        throw new DOMException('', 'NotAllowedError');
      };
    });
    await visitor.press('Record');
    await visitor.page.getByText('This page may not listen').waitFor();
    await visitor.page.getByText('Allow the microphone beside the address').waitFor();
  });

  test('hears the microphone from one press to the next, and writes what it heard', async () => {
    const written = await visitor.read('output');
    await visitor.press('Record');
    await visitor.page.waitForTimeout(1200);
    await visitor.press('Stop recording');
    await visitor.page.getByRole('img', { name: /^A sound of [12]\.\d+ seconds$/ }).waitFor();
    await visitor.until(async () => ![written, ''].includes(await visitor.read('output')));
    expect(await visitor.page.getByText('This page may not listen').count()).toBe(0);
  });

  test('a recording that was left is not handed to the next experiment', async () => {
    await visitor.press('Record');
    await visitor.page.getByRole('button', { name: 'Stop recording' }).waitFor();
    await visitor.page.waitForTimeout(500);
    await visitor.page.evaluate(() => location.assign('#/forecast'));
    await visitor.page.getByRole('img', { name: /^Forecast: / }).waitFor();
    await visitor.page.waitForTimeout(500);
    expect(await visitor.page.getByTestId('notice').count()).toBe(0);
    expect(await visitor.page.getByLabel('Draw a series', { exact: true }).inputValue()).not.toBe('');
  });
});

describe('everywhere', () => {
  test('fits a phone in the dark, with the run bar at the bottom', async () => {
    await visitor.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await visitor.page.setViewportSize({ width: 390, height: 844 });
    await visitor.open('tagger?size=32');
    const bar = (await visitor.page.getByRole('group', { name: 'Training' }).boundingBox())!;
    expect(Math.round(bar.y + bar.height)).toBe(844);
    const overflow = await visitor.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBe(0);
    await visitor.page.getByRole('button', { name: /Choose the parts/ }).click();
    await visitor.page.getByLabel('Seed').waitFor();
    await visitor.photograph('phone');
  });

  test('every control can be reached with the keyboard and has a name', async () => {
    await visitor.page.setViewportSize({ width: 1440, height: 1000 });
    const nameless = await visitor.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, input, select, a, summary, [tabindex="0"]')]
        .filter((element) => element.offsetParent && !element.ariaLabel && !element.textContent?.trim())
        .filter((element) => !(element as HTMLInputElement).labels?.length)
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
    await visitor.page.locator('body').click({ position: { x: 700, y: 30 } });
    const reached = new Set<string>();
    for (let press = 0; press < 40; press++) {
      await visitor.page.keyboard.press('Tab');
      reached.add(
        await visitor.page.evaluate(
          () => document.activeElement?.getAttribute('name') ?? document.activeElement?.id ?? '',
        ),
      );
    }
    for (const name of ['cell', 'size', 'head', 'seed', 'backend', 'ask']) expect(reached).toContain(name);
  });
});

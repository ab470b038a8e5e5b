/** What may happen to a training in a real Chromium: another window size, a reload, a file that is none, weights of another model. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Visitor } from './visitor.js';

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
});
afterEach(() => expect(visitor.complaints.splice(0)).toEqual([]));
afterAll(() => visitor?.leave());

/** Files in which something is wrong; any other experiment that takes files gets an empty one. */
const wrong: Record<string, { content: string; says: RegExp }> = {
  characters: { content: 'too short', says: /at least/ },
  crf: { content: 'The\tDT\nold\n', says: /line 2/i },
  forecast: { content: 'day,value\n1,2\n2,3,4\n', says: /line 3/i },
  hmm: { content: 'day,value\n1,2\n2,3,4\n', says: /line 3/i },
  intents: { content: 'The\tO\nold\n', says: /line 2/i },
  sentiment: { content: 'good,pos\nbad,neg\n"ugly\n', says: /line 3/i },
  tagger: { content: '1\tThe\n', says: /line 1/i },
  translation: { content: 'yes\toui\nno\n', says: /line 2/i },
};

test('a file that is none is explained, and the data at hand stay, in every experiment that takes files', async () => {
  const checked: string[] = [];
  for (const name of await visitor.experiments()) {
    await visitor.open(name);
    if ((await visitor.page.locator('.drop').count()) === 0) continue;
    const { content, says } = wrong[name] ?? { content: '', says: /./ };
    const caption = await visitor.read('data-caption');
    await visitor.drop('or choose one', 'wrong.txt', content);
    const notice = visitor.page.getByTestId('notice');
    await notice.waitFor();
    expect([name, await notice.getAttribute('data-tone'), await notice.textContent()]).toEqual([
      name,
      'error',
      expect.stringMatching(says),
    ]);
    expect(await visitor.read('data-caption')).toBe(caption);
    await visitor.press('Step');
    await visitor.until(async () => (await visitor.step()) === 1);
    checked.push(name);
  }
  expect(checked).toEqual(expect.arrayContaining(Object.keys(wrong)));
});

test('words of one’s own: what cannot be measured of them is a dash', async () => {
  await visitor.open('hmm');
  await visitor.drop('or choose one', 'mine.csv', `weather\n${'Sun\nrain\n'.repeat(20)}`);
  await visitor.page.getByText('mine.csv: 40 observations').waitFor();
  await visitor.press('Step');
  await visitor.until(async () => (await visitor.step()) === 1 && (await visitor.read('measure')) !== '–');
  expect(await visitor.read('measure-1')).toBe('–');
});

test('numbers beyond those that a series is drawn with are taken as they are', async () => {
  await visitor.open('forecast');
  const typed = visitor.page.getByLabel('Draw a series', { exact: true });
  await typed.fill('-20, 150, 1234.5');
  await typed.press('Enter');
  await visitor.until(async () => visitor.page.url().includes('input=-20%2C150%2C1234.5'));
  expect(await typed.inputValue()).toBe('-20, 150, 1234.5');
});

test('training goes on while the window becomes a phone and a desktop again, and the pictures follow', async () => {
  await visitor.open('dates?writing=numbers&size=32&batchSize=16');
  await visitor.press('Train');
  const picture = visitor.page.locator('.pictures canvas').first();
  const widths: number[] = [];
  for (const [width, height] of [
    [1440, 1000],
    [390, 844],
    [1440, 1000],
  ] as const) {
    await visitor.page.setViewportSize({ width, height });
    const before = await visitor.step();
    await visitor.until(async () => (await visitor.step()) > before + 1);
    await visitor.until(async () => ((await picture.boundingBox())?.width ?? 0) > 0);
    const box = (await picture.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(await visitor.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await drawn(width)).toBe(true);
    widths.push((await visitor.page.locator('.pictures').first().boundingBox())!.width); // the picture's own depends on what is written
  }
  expect(await visitor.phase()).toBe('training');
  expect(widths[1]).toBeLessThan(widths[0]!);
  expect(widths[2]).toBe(widths[0]);
});

/** Whether the first picture has ink on it, at the resolution of the screen. */
function drawn(width: number): Promise<boolean> {
  return visitor.page.evaluate((most) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.pictures canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return canvas.width <= most * devicePixelRatio && data.some((value) => value > 0);
  }, width);
}

test('a reload in the midst of training leaves the same setup, ready to train', async () => {
  await visitor.page.getByLabel('Seed').fill('7');
  await visitor.page.getByLabel('Seed').press('Enter');
  await visitor.reaches('ready');
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.step()) >= 2);
  await visitor.page.reload();
  await visitor.reaches('ready');
  expect(await visitor.step()).toBe(0);
  expect(await visitor.page.getByLabel('Seed').inputValue()).toBe('7');
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.step()) >= 2);
});

test('a model stops by itself where it has converged; its weights bring their setup, and say so elsewhere', async () => {
  await visitor.open('hmm?states=3');
  await visitor.press('Train');
  await visitor.page.getByText(/Converged after \d+ iterations/).waitFor();
  await visitor.reaches('stopped');
  const download = visitor.page.waitForEvent('download');
  await visitor.press('Download weights');
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^seqloom-hmm-\d+\.json$/);
  const weights = await file.path();
  await visitor.open('hmm');
  await visitor.page.getByLabel('Weights to load').setInputFiles(weights);
  await visitor.page.getByText('with them the setup that they were made with').waitFor();
  await visitor.until(async () => visitor.page.url().includes('states=3'));
  await visitor.open('dates');
  await visitor.page.getByLabel('Weights to load').setInputFiles(weights);
  await visitor.page.getByText('a model of another experiment: Hidden Markov model').waitFor();
});

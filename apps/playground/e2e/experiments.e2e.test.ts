/** Every experiment in a real Chromium: its first setup learns what the page says that it will. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor } from './visitor.js';

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
});
afterAll(() => visitor?.leave());

test('every experiment on the page reaches the outcome that it states', async () => {
  const reached: Record<string, string> = {};
  const stated: Record<string, string> = {};
  for (const name of await visitor.experiments()) {
    await visitor.open(name);
    const { steps, atLeast, quality } = await visitor.outcome();
    await visitor.press('Train');
    await visitor.until(async () => (await visitor.step()) >= steps || (await visitor.phase()) === 'stopped');
    if ((await visitor.phase()) !== 'stopped') await visitor.press('Stop');
    await visitor.reaches('stopped');
    const measured = await visitor.measure(quality);
    const figures = `${(100 * measured).toFixed(1)} % after ${await visitor.step()} steps`;
    reached[name] = measured >= atLeast ? 'as stated' : figures;
    stated[name] = 'as stated';
    console.log(`${name}: ${figures}, stated ${Math.round(100 * atLeast)} % after ${steps}`);
  }
  expect(reached).toEqual(stated);
  expect(visitor.complaints).toEqual([]);
}, 900_000);

/** Every experiment can be used by who cannot see, or not well: names, roles and contrast as axe-core checks them, in light and dark, at a desk and on a phone. */
import axe from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor } from './visitor.js';

/** In turn, so that each is tried with several experiments. */
const screens = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 320, height: 640, colorScheme: 'dark' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 320, height: 640, colorScheme: 'light' },
] as const;

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
});
afterAll(() => visitor?.leave());

test('no experiment has a barrier', async () => {
  const found: string[] = [];
  for (const [index, place] of (await visitor.experiments()).entries()) {
    const screen = screens[index % screens.length]!;
    await visitor.page.setViewportSize(screen);
    await visitor.page.emulateMedia(screen);
    await visitor.page.evaluate((hash) => location.assign(hash), `#/${place}`);
    await visitor.until(async () => visitor.page.url().includes(`#/${place}?`) && (await visitor.phase()) === 'ready');
    await visitor.until(fits);
    for (const barrier of await barriers())
      found.push(`${place}, ${screen.width} px, ${screen.colorScheme}: ${barrier}`);
  }
  expect(found).toEqual([]);
});

/** What is seriously wrong with the page as it stands. */
async function barriers(): Promise<string[]> {
  const { page } = visitor;
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
}

/** Nothing hangs over the edge of the page, once it is laid out. */
async function fits(): Promise<boolean> {
  return visitor.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
}

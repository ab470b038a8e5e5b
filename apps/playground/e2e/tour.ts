/** Pictures of every experiment after some training: `pnpm run tour [experiment…] [--seconds 20]` in apps/playground writes them to tmp/tour/. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Visitor } from './visitor.js';

interface Screen {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  /** Whether every large picture is photographed, or only the first. */
  readonly views?: boolean;
  readonly touch?: boolean;
}

const screens: readonly Screen[] = [
  { name: 'desktop-light', width: 1440, height: 900, colorScheme: 'light', views: true },
  { name: 'desktop-dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'tablet-light', width: 820, height: 1180, colorScheme: 'light' },
  { name: 'phone-light', width: 390, height: 844, colorScheme: 'light', views: true, touch: true },
  { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark', touch: true },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '20' } },
});
const folder = join(import.meta.dirname, '../tmp/tour');
mkdirSync(folder, { recursive: true });

const visitor = await Visitor.arrive();
const { page } = visitor;
const devtools = await page.context().newCDPSession(page);
for (const place of positionals.length > 0 ? positionals : await visitor.experiments()) {
  await page.setViewportSize(screens[0]!);
  await visitor.open(place);
  await visitor.press('Train');
  await page.waitForTimeout(1000 * Number(values.seconds));
  if ((await visitor.phase()) === 'training') await visitor.press('Pause'); // some stop by themselves
  await visitor.until(async () => (await visitor.phase()) !== 'training');
  for (const screen of screens) await visit(/[\w-]+/.exec(place)![0], screen);
  console.log(`${place}: ${await visitor.step()} steps${visitor.complaints.splice(0).map((text) => `\n  ${text}`)}`);
}
await visitor.leave();
console.log(`The pictures are in ${folder}.`);

async function visit(place: string, screen: Screen): Promise<void> {
  await page.setViewportSize(screen);
  await page.emulateMedia({ colorScheme: screen.colorScheme });
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: screen.touch ?? false });
  const tabs = page.getByRole('group', { name: 'Picture' }).getByRole('button');
  const count = screen.views ? Math.max(1, await tabs.count()) : 1;
  for (let tab = 0; tab < count; tab++) {
    if ((await tabs.count()) > 0) await tabs.nth(tab).click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300); // two frames, on a busy machine
    const { height } = (await page.locator('body').boundingBox())!;
    await page.setViewportSize({ width: screen.width, height: Math.max(screen.height, Math.ceil(height)) }); // the run bar belongs at the end
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(folder, `${place}-${screen.name}-${tab}.png`) });
    await page.setViewportSize(screen);
  }
}

/**
 * How fast the page answers: `pnpm run frames [experiment…] [--seconds 10] [--loads 5]` in apps/playground prints, for each experiment,
 * when the train button of a cold visit answers, and the gaps between frames while it trains; and when the first date is right.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Visitor } from './visitor.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' }, loads: { type: 'string', default: '5' } },
});
const visitor = await Visitor.arrive();
const places = positionals.length > 0 ? positionals : await visitor.experiments();

console.log(
  '| experiment | ready (ms): median, p95 | frames (ms): median, p95, longest | long tasks (ms): number, sum | load |',
);
console.log('|---|---|---|---|---|');
for (const place of places) {
  const ready = await coldLoads(place, Number(values.loads));
  await visitor.open(place);
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.step()) >= 5);
  const { gaps, tasks } = (await visitor.page.evaluate(watchFrames(Number(values.seconds)))) as Watched;
  const busy = `${tasks.length}, ${tasks.reduce((sum, task) => sum + task, 0).toFixed(0)}`;
  const frames = [0.5, 0.95, 1].map((share) => at(gaps, share).toFixed(1)).join(', ');
  const loads = [0.5, 0.95].map((share) => at(ready, share).toFixed(0)).join(', ');
  console.log(`| ${place} | ${loads} | ${frames} | ${busy} | ${loadavg()[0]!.toFixed(1)} |`);
}
console.log(
  `\nA visitor's own model reads the first date right ${(await firstDelight()).toFixed(1)} s after the first visit began.`,
);
await visitor.leave();

interface Watched {
  readonly gaps: readonly number[];
  readonly tasks: readonly number[];
}

function at(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * (values.length - 1))] ?? Number.NaN;
}

/** Milliseconds from navigation to the first frame on which the train button was pressed and the page said that it trains. */
async function coldLoads(place: string, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let load = 0; load < count; load++)
    found.push(await firstVisit(place, `['training', 'stopped'].includes(dataset.phase)`));
  return found;
}

/** Seconds from navigation, train pressed as soon as it can be, until the visitor's own model writes the default date right. */
async function firstDelight(): Promise<number> {
  return (await firstVisit('dates', `output?.textContent.trim() === '1976-07-04' && own`)) / 1000;
}

/** What a browser that has never been here takes to reach a condition, in milliseconds; the page itself presses the button and looks. */
async function firstVisit(place: string, condition: string): Promise<number> {
  const context = await visitor.page
    .context()
    .browser()!
    .newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(visitor.addressOf(place), { waitUntil: 'commit' });
  const took = await page.evaluate(`new Promise((done) => {
    requestAnimationFrame(function look() {
      const dataset = document.querySelector('[data-testid=status]')?.dataset ?? {};
      const output = document.querySelector('[data-testid=output]');
      const own = /After \\d+ step/.test(document.querySelector('[data-testid=answerer]')?.textContent);
      if (${condition}) return done(performance.now());
      if (dataset.phase === 'ready') document.querySelector('button.primary:not(:disabled)')?.click();
      requestAnimationFrame(look);
    });
  })`);
  await context.close();
  return took as number;
}

/** As text: what runs in the page must not be changed by whoever runs this file. */
function watchFrames(duration: number): string {
  return `new Promise((done) => {
    const [gaps, tasks] = [[], []];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)));
    observer.observe({ type: 'longtask' });
    let last = performance.now();
    const end = last + ${1000 * duration};
    requestAnimationFrame(function look() {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(look);
      else done({ gaps, tasks });
    });
  })`;
}

/** How smooth the page stays while it trains: `npm run frames` in apps/playground prints the gaps between frames. */
import { Visitor } from './visitor.js';

const seconds = 10;
const places = process.argv.slice(2);

const visitor = await Visitor.arrive();
for (const place of places.length > 0 ? places : ['dates', 'tagger']) {
  await visitor.open(place);
  await visitor.press('Train');
  await visitor.until(async () => (await visitor.step()) >= 5);
  const gaps = (await visitor.page.evaluate(watchFrames(seconds))) as number[];
  gaps.sort((a, b) => a - b);
  const at = (share: number) => gaps[Math.floor(share * (gaps.length - 1))]!.toFixed(1);
  console.log(
    `${place}: ${gaps.length} frames in ${seconds} s, gaps of ${at(0.5)} ms (median), ${at(0.95)} ms (p95), ${at(1)} ms (longest)`,
  );
}
await visitor.leave();

/** As text: what runs in the page must not be changed by whoever runs this file. */
function watchFrames(duration: number): string {
  return `new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    const end = last + ${1000 * duration};
    requestAnimationFrame(function look() {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(look);
      else done(gaps);
    });
  })`;
}

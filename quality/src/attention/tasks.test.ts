/** The known alignment of each task is right: every symbol stands where it says, or comes from there. */
import { Rng } from '@seqloom/core';
import { expect, it } from 'vitest';
import { tasks } from './tasks.js';

it.each(Object.entries(tasks))('%s', (_, task) => {
  const rng = new Rng(1);
  for (let i = 0; i < 200; i++) {
    const { source, target, alignment } = task(rng);
    expect(source.length).toBeGreaterThan(0);
    expect(target.length).toBeGreaterThan(0);
    if (!alignment) continue;
    expect(alignment).toHaveLength(target.length);
    for (const [t, places] of alignment.entries()) expect(places.map((place) => source[place])).toContain(target[t]);
  }
});

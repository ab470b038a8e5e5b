import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchByTokens, collect, pipe } from '../index.js';

const length = (text: string) => text.length;
const texts = fc.array(fc.string({ maxLength: 12 }), { maxLength: 60 });

test.each([false, true])('every example once, no batch over the budget, none that had room (random: %s)', (random) =>
  fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 12, max: 40 }), async (items, budget) => {
      const rng = random ? new Rng(3) : undefined;
      const batches = await collect(pipe(items, batchByTokens({ length, budget, rng })));
      expect(batches.flat().sort()).toEqual([...items].sort());
      const longest = (batch: string[]) => Math.max(...batch.map(length));
      for (const batch of batches) expect(batch.length * longest(batch)).toBeLessThanOrEqual(budget);
      const sorted = batches.sort(
        (a, b) => longest(a) - longest(b) || length(a[0]!) - length(b[0]!) || b.length - a.length,
      );
      for (const [i, batch] of sorted.slice(1).entries()) {
        expect((sorted[i]!.length + 1) * Math.min(...batch.map(length))).toBeGreaterThan(budget);
      }
    }),
  ),
);

test('law: padded to a multiple, no batch is over the budget', () =>
  fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 6 }), async (items, multiple) => {
      const batches = await collect(pipe(items, batchByTokens({ length, budget: 24, multiple })));
      expect(batches.flat().sort()).toEqual([...items].sort());
      for (const batch of batches) {
        expect(batch.length * Math.ceil(Math.max(...batch.map(length)) / multiple) * multiple).toBeLessThanOrEqual(24);
      }
    }),
  ));

test('an example over the budget is a DataError', async () => {
  const reading = collect(pipe(['a', 'abcd'], batchByTokens({ length, budget: 3 })));
  await expect(reading).rejects.toThrow('an example of length 4 is over the budget of 3');
});

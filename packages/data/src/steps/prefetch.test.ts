import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, dataset, pipe, prefetch } from '../index.js';

/** Numbers, each after as many turns of the event loop; `read` counts them. */
function slow(delays: readonly number[], seen: { read: number; open: number }) {
  return dataset(async function* () {
    seen.open++;
    try {
      for (const [i, delay] of delays.entries()) {
        for (let turn = 0; turn < delay; turn++) await new Promise(setImmediate);
        seen.read++;
        yield i;
      }
    } finally {
      seen.open--;
    }
  });
}

test('law: the same examples in the same order, never more ahead than told', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), async (delays, size) => {
      const seen = { read: 0, open: 0 };
      const got: number[] = [];
      for await (const i of pipe(slow(delays, seen), prefetch(size))) {
        got.push(i);
        await new Promise(setImmediate);
        expect(seen.read - got.length).toBeLessThanOrEqual(size);
      }
      expect(got).toEqual([...delays.keys()]);
      expect(seen.open).toBe(0);
    }),
  ));

test('reads on while an example is used, and stops where the use stops', async () => {
  const seen = { read: 0, open: 0 };
  for await (const _first of pipe(slow(new Array(20).fill(1), seen), prefetch(3))) {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(seen.read).toBe(4);
    break;
  }
  expect(seen).toEqual({ read: 4, open: 0 });
});

test('an error stands where its example would', async () => {
  const failing = dataset(async function* () {
    yield* [1, 2];
    throw new Error('disk full');
  });
  const got: number[] = [];
  const reading = (async () => {
    for await (const i of pipe(failing, prefetch(9))) got.push(i);
  })();
  await expect(reading).rejects.toThrow('disk full');
  expect(got).toEqual([1, 2]);
  expect(await collect(pipe([1, 2], prefetch(9)))).toEqual([1, 2]);
});

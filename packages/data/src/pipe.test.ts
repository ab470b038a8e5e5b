import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  batch,
  batchByTokens,
  bucketByLength,
  collect,
  type Dataset,
  dataset,
  filter,
  map,
  pipe,
  prefetch,
  type Step,
  shuffle,
  take,
  windows,
} from './index.js';
import { BytePairs } from './tokenizers/index.js';

const steps: [name: string, make: () => Step<string, unknown>][] = [
  ['map', () => map((text: string) => text.length)],
  ['filter', () => filter((text: string) => text.length > 2)],
  ['take', () => take(3)],
  ['shuffle', () => shuffle(new Rng(1))],
  ['batch', () => batch(2)],
  ['bucketByLength', () => bucketByLength({ length: (text: string) => text.length, batchSize: 2 })],
  ['batchByTokens', () => batchByTokens({ length: (text: string) => text.length, budget: 9 })],
  ['prefetch', () => prefetch(2)],
  ['windows', () => (data) => windows<string>({ rows: 2, steps: 2 })(map((text: string) => [...text])(data))],
];
const words = ['a', 'bcd', 'ef', 'ghijk', 'lmno', '', 'pq'];

describe.each(steps)('law of steps: %s', (_, make) => {
  test('iterating again starts again', async () => {
    const data = pipe(words, make());
    const sizes = [(await collect(data)).length, (await collect(data)).length];
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes[1]).toBe(sizes[0]);
  });

  test('nothing in, nothing out', async () => {
    expect(await collect(pipe([], make()))).toEqual([]);
  });

  test('an error of the source goes through, and what was opened is closed', async () => {
    let open = 0;
    const failing = dataset(function* () {
      open++;
      try {
        yield* ['abc', 'def'];
        throw new Error('disk full');
      } finally {
        open--;
      }
    });
    await expect(collect(pipe(failing, make()))).rejects.toThrow('disk full');
    const early = pipe(words, (data) => dataset(() => opened(data)), make());
    for await (const _example of early) break;
    expect(open).toBe(0);

    async function* opened<T>(data: Dataset<T>) {
      open++;
      try {
        yield* data;
      } finally {
        open--;
      }
    }
  });
});

test.each([['one text'], [undefined], [7]])('%j is no list of examples', async (source) => {
  expect(() => pipe(source as never)).toThrow(expect.objectContaining({ name: 'DataError', where: 'pipe' }));
  await expect(BytePairs.train(source as never, { size: 300 })).rejects.toMatchObject({ name: 'DataError' });
});

test('pipe infers the types of every step', () => {
  const data = pipe(
    [{ form: 'dog' }, { form: 'cats' }],
    shuffle(new Rng(1)),
    map((word) => word.form),
    filter((form) => form.length > 1),
    bucketByLength({ length: (form) => form.length, batchSize: 2 }),
    take(1),
  );
  expectTypeOf(data).toEqualTypeOf<Dataset<string[]>>();
  expectTypeOf(
    pipe(
      [1, 'a'],
      filter((x) => typeof x === 'string'),
    ),
  ).toEqualTypeOf<Dataset<string>>();
});

test('take reads no more than it gives', async () => {
  let read = 0;
  const endless = dataset(function* () {
    while (true) yield read++;
  });
  expect(await collect(pipe(endless, take(3)))).toEqual([0, 1, 2]);
  expect(read).toBe(3);
});

test('batch keeps the order; only the last batch is shorter', async () => {
  const law = fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), async (items, size) => {
    const batches = await collect(pipe(items, batch(size)));
    expect(batches.flat()).toEqual(items);
    expect(batches.slice(0, -1).every((each) => each.length === size)).toBe(true);
  });
  await fc.assert(law);
});

test('shuffle: another order each epoch, one draw an epoch, and a restored state gives the epoch again', async () => {
  const rng = new Rng(7);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const data = pipe(items, shuffle(rng));
  const before = rng.state;
  const [first, second] = [await collect(data), await collect(data)];
  expect(first).not.toEqual(second);
  expect([...first].sort((a, b) => a - b)).toEqual(items);
  const after = rng.state;
  rng.state = before;
  expect([await collect(data), await collect(data)]).toEqual([first, second]);
  expect(rng.state).toEqual(after);
  rng.state = before;
  rng.split();
  rng.split();
  expect(rng.state).toEqual(after);
});

describe('bucketByLength', () => {
  const arrays = fc.array(fc.string({ maxLength: 12 }), { maxLength: 60 });

  test.each([false, true])(
    'keeps every example once, in batches of neighbouring lengths (random: %s)',
    async (random) => {
      const law = fc.asyncProperty(arrays, fc.integer({ min: 1, max: 8 }), async (items, batchSize) => {
        const rng = random ? new Rng(3) : undefined;
        const step = bucketByLength<string>({ length: (text) => text.length, batchSize, rng });
        const batches = await collect(pipe(items, step));
        expect(batches.flat().sort()).toEqual([...items].sort());
        expect(batches.filter((each) => each.length < batchSize).length).toBeLessThanOrEqual(1);
        const ranges = batches.map((each) => [each[0]!.length, each.at(-1)!.length] as const);
        ranges.sort(([a, b], [c, d]) => a - c || b - d);
        for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThanOrEqual(ranges[i - 1]![1]);
      });
      await fc.assert(law);
    },
  );

  test('without rng it is the same at each iteration; a pool bounds what is read ahead', async () => {
    let read = 0;
    const source = dataset(function* () {
      for (const word of words) {
        read++;
        yield word;
      }
    });
    const data = pipe(source, bucketByLength({ length: (word) => word.length, batchSize: 2, pool: 4 }));
    const batches = [['a', 'ef'], ['bcd', 'ghijk'], ['', 'pq'], ['lmno']];
    expect(await collect(data)).toEqual(batches);
    expect(await collect(data)).toEqual(batches);
    read = 0;
    for await (const first of data) {
      expect(first).toEqual(batches[0]);
      break;
    }
    expect(read).toBe(4);
  });
});

test.each([
  () => take(-1),
  () => batch(0),
  () => batch(2.5),
  () => prefetch(0),
  () => batchByTokens({ length: () => 1, budget: 0 }),
  () => bucketByLength({ length: () => 1, batchSize: 0 }),
  () => bucketByLength({ length: () => 1, batchSize: 4, pool: 3 }),
  () => bucketByLength({ length: () => 1, batchSize: 4, window: 3 } as never),
])('impossible options are OptionErrors: %s', (make) => {
  expect(make).toThrow(expect.objectContaining({ name: 'OptionError' }));
});

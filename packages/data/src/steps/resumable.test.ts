import { Rng } from '@seqloom/core/rng';
import { describe, expect, test } from 'vitest';
import {
  batch,
  batchByTokens,
  bucketByLength,
  collect,
  dataset,
  filter,
  map,
  pipe,
  prefetch,
  resumable,
  type Step,
  shuffle,
  take,
  windows,
} from '../index.js';

const words = 'a bcd ef ghijk lmno p qr stuvwx yz ab cdef g'.split(' ');
const length = (text: string) => text.length;
const letters = (text: string) => [...text];

/** Every step, and some together; each draws from its stream or from none. */
const steps: [name: string, make: (rng: Rng) => Step<string, unknown>][] = [
  ['map', () => map(length)],
  ['map that draws', (rng) => map((text) => `${text} ${rng.int32()}`)],
  ['map with chance', (rng) => map((text, draws) => text + draws.below(99), rng)],
  [
    'map with chance, read ahead',
    (rng) => (data) => prefetch(4)(map((text: string, draws: Rng) => text + draws.below(99), rng)(data)),
  ],
  ['filter', () => filter((text) => text.length > 1)],
  ['filter that draws', (rng) => filter(() => rng.uniform() > 0.3)],
  ['take', () => take(7)],
  ['shuffle', (rng) => shuffle(rng)],
  ['batch', () => batch(3)],
  ['bucketByLength', (rng) => bucketByLength({ length, batchSize: 3, pool: 6, rng })],
  ['batchByTokens', (rng) => batchByTokens({ length, budget: 12, multiple: 2, rng })],
  ['windows', () => (data) => windows<string>({ rows: 2, steps: 2 })(map(letters)(data))],
  ['prefetch', () => prefetch(3)],
  [
    'a draw for each example, read ahead',
    (rng) => (data) => prefetch(4)(map((text) => `${text} ${rng.int32()}`)(data)),
  ],
  [
    'all together',
    (rng) => (data) =>
      pipe(
        data,
        shuffle(rng),
        map((text) => text + rng.below(9)),
        prefetch(2),
        bucketByLength({ length, batchSize: 2, rng }),
      ),
  ],
];

describe.each(steps)('law: gone on with at any place, in another process, the same examples follow: %s', (_, make) => {
  const start = (seed: number) => {
    const order = new Rng(seed);
    return resumable(pipe(words, make(order)), { order });
  };

  test.each([0, 1])('in epoch %i', async (epoch) => {
    const whole = start(1);
    const epochs = [await collect(whole), await collect(whole), await collect(whole)];
    const total = epochs[epoch]!.length;
    expect(total).toBeGreaterThan(2);
    for (let done = 0; done <= total; done++) {
      const first = start(1);
      for (let before = 0; before < epoch; before++) await collect(first);
      let position = JSON.stringify(first.position);
      let given = 0;
      if (done > 0) {
        for await (const _example of first) {
          position = JSON.stringify(first.position);
          if (++given === done) break;
        }
      }
      const second = start(77);
      second.resume(JSON.parse(position));
      expect(JSON.stringify(second.position)).toBe(position);
      expect(await collect(second)).toEqual(epochs[epoch]!.slice(done));
      expect(await collect(second)).toEqual(epochs[epoch + 1]);
    }
  });
});

test('law: as `train` goes on, restoring streams behind what is done, whatever is read ahead', async () => {
  const make = (rng: Rng) => {
    const batches = bucketByLength({ length, batchSize: 2, rng });
    return pipe(
      words,
      shuffle(rng),
      map((text, draws: Rng) => text + draws.below(99), rng),
      prefetch(3),
      batches,
      prefetch(2),
    );
  };
  const whole = await collect(make(new Rng(1)));
  for (let done = 1; done < whole.length; done++) {
    const first = new Rng(1);
    const begin = first.state;
    let given = 0;
    for await (const _batch of make(first)) {
      await new Promise(setImmediate); // a step of training
      if (++given === done) break;
    }
    const second = new Rng(77);
    second.state = begin;
    const rest: unknown[] = [];
    let index = 0;
    for await (const batch of make(second)) {
      if (index++ >= done) rest.push(batch);
      if (index === done) second.state = first.state;
    }
    expect(rest).toEqual(whole.slice(done));
  }
});

test('the place behind an epoch is the beginning of the next, and one that was left is begun anew', async () => {
  const order = new Rng(1);
  const data = resumable(pipe(words, shuffle(order)), { order });
  const before = data.position;
  const first = await collect(data);
  expect(data.position).toEqual({ streams: { order: [...order.state] }, done: 0 });
  for await (const _word of data) break;
  expect(data.position.done).toBe(1);
  expect(await collect(data)).toHaveLength(words.length);
  data.resume(before);
  expect(await collect(data)).toEqual(first);
});

test('what is no place of this data is an error, and changes nothing', async () => {
  const order = new Rng(1);
  const data = resumable(pipe(words, shuffle(order)), { order });
  const { position } = data;
  const state = [...order.state];
  for (const wrong of [
    null,
    3,
    {},
    { ...position, done: -1 },
    { ...position, done: 0.5 },
    { ...position, streams: null },
    { ...position, streams: {} },
    { ...position, streams: { other: state } },
    { ...position, streams: { order: [1, 2, 3] } },
    { ...position, streams: { order: [0, 0, 0, 0] } },
    { ...position, streams: { order: 'abcd' } },
  ]) {
    expect(() => data.resume(wrong)).toThrow(expect.objectContaining({ name: 'DataError', where: 'resumable' }));
    expect([...order.state]).toEqual(state);
  }
  data.resume({ ...position, done: 99 });
  await expect(collect(data)).rejects.toThrow('the data have 12 examples, but 99 were given out already');
  expect(() => resumable(dataset([1]), { order: 3 as never })).toThrow(
    expect.objectContaining({ name: 'OptionError' }),
  );
});

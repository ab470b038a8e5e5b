/** Streams, samples and cancelling: greedy symbol by symbol, draws as often as they should be, nothing left behind. */
import { Rng, UsageError, useBackend } from '@seqloom/core';
import { expectNoLeak } from '@seqloom/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { beamSearch, greedy, sample, stream, topK, topP } from '../index.js';
import { logSoftmax, normals, writer } from './history-writer.js';

const end = 0;
const options = { start: 3, end, maxLength: 4 };

beforeAll(async () => void (await useBackend('cpu')));

it('a search that is cancelled at work frees what it has', async () => {
  const cancelled = async (search: (signal: AbortSignal) => Promise<unknown>) => {
    const controller = new AbortController();
    const done = search(controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(done).rejects.toThrow(UsageError);
  };
  const given = { start: 9, maxLength: 1e6 };
  await expectNoLeak(() => cancelled((signal) => beamSearch(writer([4, 5], 10), { ...given, width: 4, signal })));
  await expectNoLeak(() => cancelled((signal) => greedy(writer([4, 5], 10), { ...given, signal })));
});

describe('streams', () => {
  it('yield greedy symbol by symbol, and stop when left or cancelled', async () => {
    const given = { start: 9, end, maxLength: 12 };
    const whole = await greedy(writer([4, 5, 6], 10), given);
    const ids: number[][] = [[], [], []];
    for await (const tokens of stream(writer([4, 5, 6], 10), given))
      for (const { row, id } of tokens) if (id !== end) ids[row]!.push(id);
    expect(ids).toEqual(whole.map((found) => found.ids));
    const controller = new AbortController();
    let steps = 0;
    await expectNoLeak(async () => {
      for await (const _ of stream(writer([4], 10), given)) break;
    });
    for await (const _ of stream(writer([4], 10), { start: 9, maxLength: 12, signal: controller.signal }))
      if (++steps === 3) controller.abort();
    expect(steps).toBe(3);
    const { signal } = controller;
    for (const search of [greedy, sample])
      await expect(search(writer([4]), { ...options, signal })).rejects.toThrow(UsageError);
    await expect(beamSearch(writer([4]), { ...options, width: 2, signal })).rejects.toThrow('cancelled');
  });

  it('sampled in a batch are those row by row, the same for the same seed', async () => {
    const given = { start: 9, end, maxLength: 12, rules: [topP(0.9)] };
    const together = await sample(writer([4, 5, 6], 10), { ...given, rng: new Rng(3) });
    const rng = new Rng(3);
    for (const [i, row] of [4, 5, 6].entries())
      expect([together[i]]).toEqual(await sample(writer([row], 10), { ...given, rng }));
  });

  it('draw as often as the filtered distribution says', async () => {
    const draws = 6000;
    const found = await sample(writer(new Array(draws).fill(2), 6), {
      start: 5,
      maxLength: 1,
      rules: [topK(4)],
      rng: new Rng(5),
    });
    const scores = Float32Array.from(logSoftmax(normals(2, [], 6, 0)));
    topK(4)(scores, { ids: [], row: 0, end: undefined, maxLength: 1 });
    const probabilities = logSoftmax([...scores]).map(Math.exp);
    for (const [id, p] of probabilities.entries()) {
      const share = found.filter(({ ids }) => ids[0] === id).length / draws;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws) + 1e-9);
    }
    const total = found.reduce((sum, { logProbability }) => sum + logProbability, 0) / draws;
    const entropy = probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    expect(total).toBeCloseTo(entropy, 1);
  });
});

/** Bad input to a search is named, leaves nothing behind and loses nothing. */
import { OptionError, useBackend } from '@seqloom/core';
import { expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Allocation,
  type BeamSearchOptions,
  beamSearch,
  diverse,
  forbid,
  forcedPrefix,
  greedy,
  minimumLength,
  mustInclude,
  UndecodableError,
  type Writer,
  wuCoverage,
} from '../index.js';
import { writer } from './history-writer.js';

const V = 4;
const options = { start: 3, end: 0, maxLength: 4 };

beforeAll(async () => void (await useBackend('cpu')));

describe('bad input is named, and nothing is lost', () => {
  const beam = (more: Partial<BeamSearchOptions>) => () =>
    beamSearch(writer([0, 1]), { ...options, width: 2, ...more });
  const room = (phrases: number[][]): { allocation: Allocation } => ({ allocation: mustInclude(phrases) });
  it.each<[RegExp, () => Promise<unknown>]>([
    [/`width` must be a whole number of at least 1, got 0/, beam({ width: 0 })],
    [/`width` must be a multiple of the 3 groups/, beam({ allocation: diverse({ groups: 3, strength: 1 }) })],
    [/`maxLength` must be/, beam({ maxLength: 0 })],
    [/`start` must be an id below 4, got 4/, beam({ start: 4 })],
    [/`end` must be an id below 4, got -1/, beam({ end: -1 })],
    [/every symbol must be an id below 4, got 7/, beam(room([[7]]))],
    [/a phrase of row 0 is empty/, beam(room([[]]))],
    [/a phrase of row 0 contains `end`/, beam(room([[1, 0]]))],
    [/`length` must be at most maxLength = 4, got 5/, beam({ rules: [minimumLength(5)] })],
    [/prefix of row 0 is longer/, beam({ rules: [forcedPrefix([1, 1, 1, 1, 1])] })],
    [/every symbol must be an id below 4/, beam({ rules: [forcedPrefix([9])] })],
    [/`rules` must be functions/, beam({ rules: [3 as never] })],
    [/unknown option `beams`/, beam({ beams: 3 } as never)],
    [/`writer` must have/, () => greedy({} as never, options)],
  ])('%s', async (message, run) => {
    await expect(run()).rejects.toThrow(OptionError);
    await expect(run()).rejects.toThrow(message);
    await expectNoLeak(() => run().catch(() => undefined));
  });

  it('nothing decodable within the greatest length', async () => {
    const tooLong = beam(
      room([
        [1, 2, 3],
        [2, 2],
      ]),
    );
    await expect(tooLong()).rejects.toThrow(UndecodableError);
    await expect(tooLong()).rejects.toThrow(/nothing can be written for row 0, 1/);
    const second = forbid((row) => (row === 1 ? [0, 1, 2, 3] : []));
    for (const search of [beam({ rules: [second] }), () => greedy(writer([0, 1]), { ...options, rules: [second] })]) {
      const error: UndecodableError = await search().then(
        () => expect.unreachable(),
        (thrown) => thrown,
      );
      expect(error.rows).toEqual([1]);
      expect(error.found[0]![0]!.ids.length).toBeGreaterThan(0);
    }
    await expectNoLeak(() => tooLong().catch(() => undefined));
  });

  it('logits that are no numbers, attention that is not there', async () => {
    const broken = { ...writer([0]), step: () => ({ logits: tf.fill([2, V], Number.NaN) as tf.Tensor2D, state: {} }) };
    await expect(beamSearch(broken as never, { ...options, width: 2 })).rejects.toThrow(
      /not finite after 0 symbols of row 0/,
    );
    const blind: Writer<object> = {
      ...{ vocabularySize: V, rows: 1, start: () => ({}) },
      step: (symbols) => ({ logits: tf.zeros([symbols.size, V]), state: {} }),
    };
    await expect(beamSearch(blind, { ...options, width: 2, penalties: [wuCoverage(1)] })).rejects.toThrow(
      /no attention weights/,
    );
  });
});

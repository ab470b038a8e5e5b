import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { baumWelch } from './baum-welch.js';
import { Categorical } from './emissions/categorical.js';
import { HMM, type HMMOptions } from './hmm.js';
import { readHMM } from './hmm-json.js';
import { leftRight } from './left-right.js';
import { observations } from './observations.js';
import { Tied } from './tied-emission.js';

const K = 4;
const make = (options: Partial<HMMOptions> = {}, groups?: number[]) => {
  const own = new Categorical({ stateCount: groups ? 2 : K, size: 3 });
  return new HMM({ emission: groups ? new Tied({ emission: own, groups }) : own, ...options });
};
const rows = ({ transMat }: HMM) => Array.from({ length: K }, (_, k) => [...transMat.subarray(k * K, (k + 1) * K)]);
const rng = new Rng(1);
const data = observations([60, 1, 0, 25].map((length) => Array.from({ length }, () => rng.below(3))));

it('tied rows stay one, the likelihood with prior never falls, and a file goes on bit for bit', async () => {
  const groups = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: K, maxLength: K });
  const property = fc.asyncProperty(
    groups,
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
    async (tied, emits, sticky) => {
      const hmm = make({ tiedRows: tied, sticky, transPrior: 1.2 }, emits ? [1, 0, 0, 1] : undefined);
      for await (const event of baumWelch(hmm, data, { iterations: 8, tolerance: -1e9, rng: new Rng(3) })) {
        if (event.type !== 'iteration' || event.iteration === 1) continue;
        expect(event.gain).toBeGreaterThan(-1e-9 * Math.abs(event.logPosterior));
      }
      for (const [k, row] of rows(hmm).entries()) expect(row).toEqual(rows(hmm)[tied.indexOf(tied[k]!)]);
      const loaded = readHMM(JSON.stringify(hmm));
      expect(loaded.parameterCount).toBe(hmm.parameterCount);
      for (const model of [hmm, loaded]) await model.fit(data, { iterations: 2, tolerance: -1e9 });
      expect(JSON.stringify(loaded)).toBe(JSON.stringify(hmm));
    },
  );
  await fc.assert(property, { numRuns: 20, seed: 4 });
});

it('the M-step is the best of all tied rows: what all of them count, together', () => {
  const hmm = make({ tiedRows: [0, 0, 1, 1] });
  hmm.fitSupervised(observations([[0, 1, 2, 0, 1, 2, 2]]), [0, 0, 1, 2, 0, 3, 3]);
  const [first, last] = [
    [0.25, 0.25, 0.25, 0.25], // from 0 to 0, 1 and 3, from 1 to 2
    [0.5, 0, 0, 0.5], // from 2 to 0, from 3 to 3
  ];
  expect(rows(hmm)).toEqual([first, first, last, last]);
  expect(hmm.parameterCount).toBe(4 - 1 + (2 - 1) + hmm.emission.parameterCount);
});

it('states of a left-right chain share how long they last', async () => {
  const hmm = make({ ...leftRight(K), tiedRows: [0, 0, 0, 1] });
  await hmm.fit(data, { iterations: 5, rng: new Rng(2) });
  const [stay, go] = [hmm.transMat[0]!, hmm.transMat[1]!];
  expect(stay).not.toBeCloseTo(0.5, 3);
  expect(rows(hmm)).toEqual([
    [stay, go, 0, 0],
    [0, stay, go, 0],
    [0, 0, stay, go],
    [0, 0, 0, 1],
  ]);
  expect(hmm.parameterCount).toBe(1 + hmm.emission.parameterCount);
});

it('says what cannot be tied', () => {
  expect(() => make({ tiedRows: [0, 1] })).toThrow(/`tiedRows` must be a group for each of 4 states/);
  expect(() => make({ ...leftRight(K), tiedRows: [0, 0, 0, 0] })).toThrow(
    /rows 0 and 3 of `transMat` are tied, but differ/,
  );
  const transMat = [[0.7, 0.1, 0.1, 0.1], ...new Array(3).fill([0.25, 0.25, 0.25, 0.25])];
  expect(() => make({ transMat, tiedRows: [0, 1, 1, 0] })).toThrow(/rows 0 and 3/);
  expect(() => readHMM({ ...make().toJSON(), tiedRows: 'all' as never })).toThrow(/tiedRows/);
  expect(readHMM({ ...make().toJSON(), version: 1 }).stateCount).toBe(K); // older files
});
